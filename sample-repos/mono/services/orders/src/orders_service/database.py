"""The database: connections with limits, and migrations."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from orders_service.settings import Settings


def url(settings: Settings) -> str:
    """Where it is, and that psycopg speaks to it."""
    return str(settings.database_url).replace("://", "+psycopg://", 1)


def engine(settings: Settings) -> AsyncEngine:
    """At most ten connections; nothing that is asked takes longer than five seconds."""
    limits = {"connect_timeout": 5, "options": "-c statement_timeout=5000 -c idle_in_transaction_session_timeout=10000"}
    return create_async_engine(
        url(settings), pool_size=5, max_overflow=5, pool_timeout=5, pool_pre_ping=True, connect_args=limits
    )


def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that keep what they have read after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def migrate() -> None:
    """Bring the tables to what the code expects. Several at once wait for each other."""
    from alembic import command
    from alembic.config import Config  # here, since importing it costs a start a quarter more

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    command.upgrade(config, "head")
