"""From pixels to landmarks: the model bundles and the engines that run them.

This is the only folder that uses MediaPipe and OpenVINO.
"""
