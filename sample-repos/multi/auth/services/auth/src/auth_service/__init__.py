"""The service auth."""
