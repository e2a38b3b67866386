"""Where alembic runs the migrations: one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import NullPool, create_engine, text

from orders_service import database, settings
from orders_service.items import Base

with create_engine(database.url(settings.read()), poolclass=NullPool).begin() as connection:
    connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
    context.configure(connection, target_metadata=Base.metadata)
    context.run_migrations()
