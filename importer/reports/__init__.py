"""What a report says, and its forms: HTML page, workbook, csv, JSON, terminal."""
