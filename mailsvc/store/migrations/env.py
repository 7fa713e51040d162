"""Alembic's entry: runs the migrations on the database given by mailsvc.store.migrate, in one transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

from mailsvc.store.schema import metadata


def run() -> None:
    """Run the migrations; on SQLite with real transactional DDL."""
    url: str = context.config.attributes["url"]
    engine = create_engine(url, poolclass=NullPool)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            # A new file only: letters and their texts then lie in fewer pages, and a commit writes fewer.
            connection.execute("PRAGMA page_size=8192")
            connection.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        context.run_migrations()
    engine.dispose()


run()
