"""Promotions on the remote: derived from its newest commit, pushed, and asked for by pull requests."""
