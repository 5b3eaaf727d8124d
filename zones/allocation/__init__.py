"""The allocation: each target shared out to communes and years."""
