"""Tests of frontend: `make test`, or pytest."""
