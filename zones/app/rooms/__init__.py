"""Rooms of the desk: one file each, with what its page may ask the worker to do."""
