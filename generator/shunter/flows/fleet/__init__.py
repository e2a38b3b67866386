"""Repositories made and kept: new, add, remove, rename, update."""
