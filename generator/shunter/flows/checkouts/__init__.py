"""Checkouts and their remotes: how far they are apart, catching up, pushing."""
