"""The forest cover rate, planted species and the change of cover."""
