"""Pieces the pages share. A page imports from here and from posecore, never from another page."""
