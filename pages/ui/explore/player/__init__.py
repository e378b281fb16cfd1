"""The player: video, overlay, 3D skeleton, curves and rows under one cursor."""
