"""Charts of anybody: their schemas inferred, their upgrades checked."""
