"""Rounding that keeps sums."""
