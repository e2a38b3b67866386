"""Trains: the model, the file, the board."""
