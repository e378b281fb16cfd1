"""Reading and writing photos and videos. Nothing here knows about poses."""
