"""Run the migrations over the connection that ``upgrading`` gives, or, for development, over that of ``-x url=``."""

from alembic import context
from sqlalchemy import Connection, create_engine

from posecore.progress.schema import METADATA, VERSION_TABLE


def migrate(connection: Connection) -> None:
    """Run them; a transaction that the connection is in stays open."""
    # Alembic takes SQLite to have no transactions for the schema, but it has.
    context.configure(
        connection=connection, target_metadata=METADATA, version_table=VERSION_TABLE, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as of_url:
        migrate(of_url)
