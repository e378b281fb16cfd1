"""From a video file to the poses in it: in this process, or in worker processes that may die."""
