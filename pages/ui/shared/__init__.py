"""What several pages share; imports no page's own pieces."""
