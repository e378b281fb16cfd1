"""Files for other programs, with one module per format."""
