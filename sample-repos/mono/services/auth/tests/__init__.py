"""Tests of auth: `make test`, or pytest."""
