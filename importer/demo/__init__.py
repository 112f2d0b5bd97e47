"""The rehearsals: a day and a night against the embedded sandbox."""
