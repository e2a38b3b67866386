"""From a schema's errors to findings: who set the value, and in words."""
