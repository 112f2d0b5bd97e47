"""Rehearsals against the embedded sandbox: a demo of every operation, and a whole night."""
