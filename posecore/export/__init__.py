"""Files other programs open; one module a format."""
