"""What a sheet says against what the platform holds."""
