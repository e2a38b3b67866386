"""Tests of api-gateway: `make test`, or pytest."""
