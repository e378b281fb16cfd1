"""Comparisons: a pose with a reference, two movements aligned in time, and two attempts of an exercise."""
