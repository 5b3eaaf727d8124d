"""From published figures to what map, annex and atlas are made of."""
