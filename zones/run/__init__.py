"""The run: a project's steps, in order."""
