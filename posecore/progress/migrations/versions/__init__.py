"""One file a version of the schema. A file that was published is never changed."""
