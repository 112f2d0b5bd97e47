"""A sheet or a run compared with what the platform has."""
