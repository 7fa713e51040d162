"""What all tables share: the metadata and the shapes of columns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives 64-bit row ids only to columns declared INTEGER.
Big = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    return Column("id", Big, primary_key=True, autoincrement=True)


def int_column(name: str, default: int = 0) -> Column[int]:
    return Column(name, Big, nullable=False, server_default=str(default))


def text_column(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def bool_column(name: str, default: bool = False) -> Column[int]:
    """Zero or one. An integer in both databases, so that sums and indexes read the same."""
    return Column(name, Integer, nullable=False, server_default="1" if default else "0")


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
