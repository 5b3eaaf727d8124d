"""Plans as data: model, files, lint, differences."""
