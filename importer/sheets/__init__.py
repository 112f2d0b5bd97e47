"""Vendors' files: reading them, finding their table, writing their results."""
