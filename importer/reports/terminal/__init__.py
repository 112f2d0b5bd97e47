"""What commands print: text for people, JSON objects for programs."""
