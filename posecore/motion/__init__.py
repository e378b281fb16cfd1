"""Pure functions of a sequence: angles, curves, smoothing, and how reliable the numbers are."""
