"""A chart with its layers, ready to be judged or rendered."""
