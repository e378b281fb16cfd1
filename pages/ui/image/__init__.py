"""The pieces of the Image page."""
