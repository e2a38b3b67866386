"""Trains cut, listed, compared, promoted and rolled back."""
