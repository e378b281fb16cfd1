"""Pictures on the body: one file for each kind of piece, and one row for each piece in ``table.py``."""
