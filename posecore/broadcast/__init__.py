"""Sending landmarks live to other programs on the same machine; one module per protocol. See docs/live-feed.md."""
