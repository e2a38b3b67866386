"""Branches of remotes: their tips as fetched, what is on none of them, work trees at one, and pushing what was made."""
