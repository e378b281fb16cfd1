"""The pieces of the Video page."""
