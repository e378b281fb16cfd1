"""Code that several pages share. It imports nothing from the folders of single pages."""
