"""Runs the migrations on the connection that `pipelines.warehouse.migrate` opened, in its one transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
