"""Poses made visible: overlays on photos and videos, 3D figures and charts."""
