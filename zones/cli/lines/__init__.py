"""Lines that commands print, by command."""
