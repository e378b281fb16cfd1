"""From a clip's file to the poses in it: in this process, or in worker processes that may die."""
