"""importer.toml: accounts, limits and how each vendor's sheets look."""
