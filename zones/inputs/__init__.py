"""The project's inputs, read and checked."""
