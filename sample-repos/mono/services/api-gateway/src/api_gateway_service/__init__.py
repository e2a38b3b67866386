"""The service api-gateway."""
