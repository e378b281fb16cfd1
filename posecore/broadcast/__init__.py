"""Landmarks sent live to other programs on the same machine; one module a protocol. See docs/live-feed.md."""
