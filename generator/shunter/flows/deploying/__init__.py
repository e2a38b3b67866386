"""Environments put into their clusters: what that would do, doing it, and what is there against what is wanted."""
