"""The service frontend."""
