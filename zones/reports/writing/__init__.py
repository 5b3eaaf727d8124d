"""What goes out: forms to fill in, letters, the report of the year."""
