"""What makes mailboxes common ground: rights, flags of one's own in other people's mailboxes, annotations."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

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

# RFC 4314. What is not written here follows from grants and roles (mail.rights).
mailbox_rights = Table(
    "mailbox_rights",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("identifier", Text, primary_key=True),  # username, "anyone", "$role" …; "-" in front: taken away
    Column("rights", Text, nullable=False),  # letters in the order of mail.rights; "": nothing, whatever the default
    Column("valid_to", Text),  # the last day
    Index("ix_mailbox_rights_identifier", "identifier"),
)

# Flags that are each person's own where somebody other than the mailbox's owner reads. No row: as the placement says.
private_flags = Table(
    "private_flags",
    metadata,
    Column("mailbox_id", ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("uid", Big, primary_key=True, autoincrement=False),
    int_column("flags"),
    int_column("modseq"),
    Index("ix_private_flags_uid", "mailbox_id", "uid"),
    sqlite_with_rowid=False,
)
