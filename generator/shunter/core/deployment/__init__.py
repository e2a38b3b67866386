"""Releases in a cluster: what Helm keeps of them, who owns which field, what changes, and what is not ready."""
