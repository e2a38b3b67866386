"""Trees of files compared and merged, and git's streams."""
