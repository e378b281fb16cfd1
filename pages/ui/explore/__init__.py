"""Everything to explore a result with, on the Explore and the Video page."""
