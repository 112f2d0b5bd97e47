"""Every way out: results, fix files and templates."""
