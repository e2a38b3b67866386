"""Layer 3: use cases that verbs share. Context in, Report out."""
