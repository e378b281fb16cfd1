"""The versions of the schema, each with the way to it from the one before, run by Alembic."""
