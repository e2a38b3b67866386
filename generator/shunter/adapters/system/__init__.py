"""Files, processes, paths and worker processes."""
