"""Values: layers, coalescing, --set, SOPS, and where each came from."""
