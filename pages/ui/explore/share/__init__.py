"""Sharing a result: one page that stands alone, as a file or at an address that lives for a while."""
