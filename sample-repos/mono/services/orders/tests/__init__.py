"""Tests of orders: `make test`, or pytest."""
