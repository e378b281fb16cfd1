"""Progress over days and weeks: exercise sessions, their database, their files, and summaries of them."""
