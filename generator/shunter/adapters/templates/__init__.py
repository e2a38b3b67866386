"""The history of template releases, Copier, and merges of what it renders."""
