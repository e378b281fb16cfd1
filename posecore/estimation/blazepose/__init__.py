"""BlazePose's own graph: its two networks on OpenVINO, and around them the steps that MediaPipe hides.

``graph.BlazePose`` is the interface: ``detect`` finds where people are, ``landmarks`` reads one of them.
"""
