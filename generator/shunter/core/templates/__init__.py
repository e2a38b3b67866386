"""Copier's templates rendered in memory, with the bytes that Copier itself writes."""
