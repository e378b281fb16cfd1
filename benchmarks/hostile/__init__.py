"""Files as a stranger with bad intentions would make them, for ``benchmarks/uploads.py``."""
