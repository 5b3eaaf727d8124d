"""Map, register and report of one crop in one commune (its witnesses), side by side."""
