"""The player for two movements side by side."""
