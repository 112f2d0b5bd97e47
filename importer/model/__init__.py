"""Frozen values and small words that import nothing from the rest."""
