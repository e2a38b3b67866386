"""Repositories made and kept: new, add, remove, update."""
