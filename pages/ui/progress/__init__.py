"""Pieces of the Progress page, and saving into it from other pages."""
