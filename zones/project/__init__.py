"""The project file: its model, its text, its messages."""
