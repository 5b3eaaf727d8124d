"""Coordinate systems: which one a layer has, which one measures areas, and its true scale."""
