"""Fonts, legends, colours and classes that all pages share."""
