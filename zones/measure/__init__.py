"""Hectares measured, and held against the targets."""
