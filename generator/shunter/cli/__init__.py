"""Layer 4: the command line. The only room that prints."""
