"""Many videos, on any executor: which there are, one task each, their results as one data set and one summary."""
