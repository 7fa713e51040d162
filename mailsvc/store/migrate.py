"""Brings the database to the schema of this release, before anything else opens it.

SQLite and PostgreSQL both run a migration in one transaction. A database from a newer release is refused.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from mailsvc.core.errors import Refused

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0026"  # the newest file in migrations/versions; a test compares


def upgrade(url: str) -> None:
    """Run the migrations that the database still lacks. Raises Refused for a database of a newer release."""
    current = current_revision(url)
    if current == HEAD:
        return
    # Alembic takes a while to import: only a database that needs it pays for that.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Refused(
            "Cơ sở dữ liệu thuộc bản mới hơn (%(current)s); hãy cài bản mailsvc mới. %(error)s",
            current=current,
            error=error,
        ) from error


def current_revision(url: str) -> str | None:
    """The revision the database is at; None for an empty one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
            return str(row[0]) if row else None
    except DBAPIError:
        return None
    finally:
        engine.dispose()
