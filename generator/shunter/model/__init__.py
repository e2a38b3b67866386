"""Layer 0: frozen data, errors and the catalogue. Imports nothing of the package above it."""
