"""How each vendor's sheets look: learned once, kept in importer.toml, and recognized again."""
