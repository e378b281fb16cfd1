"""Parts of the Explore and Video pages for exploring a result."""
