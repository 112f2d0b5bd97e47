"""One view of an Office package: its parts, rows, edits and styles."""
