"""The targets of a plan as a table that people edit in Excel, and back."""
