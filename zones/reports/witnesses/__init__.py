"""Map, register and report of one crop in one commune, side by side."""
