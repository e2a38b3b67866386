"""The service orders."""
