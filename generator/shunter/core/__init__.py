"""Layer 1: pure functions. No file, process or socket is touched here."""
