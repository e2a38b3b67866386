"""Go templates: the parser, its tree, and the values that templates read."""
