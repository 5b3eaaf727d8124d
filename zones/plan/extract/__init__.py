"""From the text of a plan to a plan as data."""
