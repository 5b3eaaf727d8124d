"""What came back, from file to cell: sheets recognised, rows and columns told by their words."""
