"""Alembic's entry: it runs on the connection that ``Store`` hands it."""

from alembic import context

from vaas.state.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
