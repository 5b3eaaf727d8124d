"""One reader for each kind of land layer."""
