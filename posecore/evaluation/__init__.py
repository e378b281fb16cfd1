"""Labelled photos, and how well estimates agree with the labels."""
