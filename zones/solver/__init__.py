"""Linear programmes and who solves them."""
