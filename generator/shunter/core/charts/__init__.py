"""Helm's own files: Chart.yaml, .helmignore, archives, index.yaml, Chart.lock, versions and ranges."""
