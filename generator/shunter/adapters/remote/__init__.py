"""Branches of remotes: their tips as fetched, work trees at one, and pushing what was made there."""
