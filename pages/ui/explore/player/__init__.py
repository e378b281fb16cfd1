"""The player: film, overlay, 3D skeleton, curves and rows under one cursor."""
