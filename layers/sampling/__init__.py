"""Statistics of samples and of drawn boundaries: how sure an area is."""
