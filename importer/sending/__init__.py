"""Journalled calls become attempts and outcomes: in turn, paced, a lost answer read back."""
