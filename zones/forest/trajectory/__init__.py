"""Forest cover year by year: cohorts, lags, planting and harvest, levers, and how wrong it was."""
