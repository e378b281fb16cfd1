"""From pixels to landmarks: the model bundles and the engines that run them.

The only folder that knows MediaPipe.
"""
