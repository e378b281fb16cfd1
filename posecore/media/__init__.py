"""Pictures and clips, in and out. Nothing here knows about poses."""
