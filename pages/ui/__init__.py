"""Parts of the pages, by page. A page imports from here and from posecore, never from another page."""
