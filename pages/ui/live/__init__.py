"""The live camera: what is done with each frame, away from the thread of the page and from the event loop."""
