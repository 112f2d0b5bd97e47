"""How each vendor's sheets look: learnt once, kept in importer.toml, and recognised again."""
