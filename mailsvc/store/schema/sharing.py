"""What people say about mailboxes: annotations."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from mailsvc.store.schema.base import Big, int_column, metadata

# RFC 5464. mailbox_id 0: of the server; account_id 0: shared. A removed entry stays as a row without value, so that
# whoever watches learns of it.
notes = Table(
    "notes",
    metadata,
    Column("mailbox_id", Big, primary_key=True, autoincrement=False),
    Column("account_id", Big, primary_key=True, autoincrement=False),
    Column("entry", Text, primary_key=True),  # lower case, with /private or /shared in front
    Column("value", LargeBinary),
    int_column("version"),  # rises over the whole store
)
