"""BlazePose's graph: its two networks on OpenVINO, and the steps around them that MediaPipe hides.

``graph.BlazePose`` is the interface: ``detect`` finds people, ``landmarks`` estimates one of them.
"""
