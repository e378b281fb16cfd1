"""The pieces of the Signs page."""
