"""Exercises: their declarations, and counting repetitions and time held."""
