"""How commands speak to a terminal: language, options that they share, console, usage faults."""
