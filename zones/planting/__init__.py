"""Plots chosen for what is planned: the planning layer of a forest map."""
