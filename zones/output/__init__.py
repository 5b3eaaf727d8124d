"""The output folder: tables, records, files written whole or not at all."""
