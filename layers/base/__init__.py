"""What every room stands on: errors, findings, language, schemas, data files, clock, workers."""
