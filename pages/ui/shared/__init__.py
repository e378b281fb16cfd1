"""What several pages share. Imports nothing from the folders of single pages."""
