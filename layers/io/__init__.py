"""Files: vector layers, tables, old encodings, and files written whole or not at all."""
