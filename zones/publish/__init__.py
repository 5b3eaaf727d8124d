"""The one place where figures are rounded, and where they are held against each other."""
