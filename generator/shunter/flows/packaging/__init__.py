"""Charts derived, packaged and locked."""
