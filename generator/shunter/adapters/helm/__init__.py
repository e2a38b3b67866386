"""Helm's engines and registries of charts."""
