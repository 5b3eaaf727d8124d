"""Borders between provinces: their length, the land along them, who claims what beside them."""
