"""The pieces for exploring a result, on the Explore and the Video page."""
