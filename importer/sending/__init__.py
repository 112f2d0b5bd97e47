"""Calls of the journal become attempts and outcomes: in turn, paced, a lost answer read back."""
