"""Pieces of the Rigid pose page."""
