"""Alembic's entry: runs on the connection that `lumina.store.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True, version_table="lumina_schema")
with context.begin_transaction():
    context.run_migrations()
