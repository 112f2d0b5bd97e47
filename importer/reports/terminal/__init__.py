"""What commands print: tables and stories for people, objects for machines."""
