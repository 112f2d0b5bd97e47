"""Vendors' files: reading them, finding their table, giving them back with results."""
