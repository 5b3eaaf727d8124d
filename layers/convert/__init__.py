"""Tables of old communes carried to new ones."""
