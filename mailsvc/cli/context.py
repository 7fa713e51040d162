"""What every command needs: the settings that the common options name, and an office on them."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailsvc.accounts import people
from mailsvc.auth.authenticate import AuthError
from mailsvc.cli.output import fail
from mailsvc.core import settings as settings_module
from mailsvc.core.actor import Actor
from mailsvc.core.errors import Invalid, MailsvcError
from mailsvc.core.settings import Settings
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store.accounts import Account

chosen: dict[str, Any] = {}
"""The common options, set by the callback of the command line before a command runs."""


def settings() -> Settings:
    """The settings. Ends with exit code 2 and a line per wrong value."""
    config = chosen.get("config") or os.environ.get("MAILSVC_CONFIG")
    overrides: dict[str, Any] = {}
    if chosen.get("data"):
        overrides["data"] = str(chosen["data"])
    if chosen.get("base_port") is not None:
        overrides["listen"] = {"base_port": chosen["base_port"]}
    try:
        return settings_module.load(Path(config) if config else None, **overrides)
    except Invalid as error:
        fail(error.message, 2)


def operator() -> Actor:
    """Who works at the command line, for the audit trail: no account of the office, but a user of the machine."""
    return Actor(None, door="cli", peer=getpass.getuser())


def account(opened: Office, login: str) -> Account:
    """The account of a username or address. Raises NotFound."""
    return opened.db.read_now(people.by_login, opened.settings.organisation.domains, login)


def signed_in(opened: Office, login: str, from_stdin: bool) -> Actor:
    """Somebody of the office at the command line, after his password: nobody acts with another's account.

    Ends with exit code 1 for a wrong password.
    """
    password = read_password(from_stdin)
    try:
        identity = asyncio.run(opened.authenticator.password(login, password, "", own=True))
    except MailsvcError as error:
        fail(error.message)
    except AuthError as error:
        fail(str(error))
    return Actor(identity.account_id, door="cli", peer=getpass.getuser())


def read_password(from_stdin: bool) -> str:
    """The password from the first line of the standard input, or asked for."""
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else getpass.getpass("Mật khẩu: ")


@contextlib.contextmanager
def office() -> Iterator[Office]:
    """An office on the chosen data folder. What the office refuses ends the command with exit code 1."""
    opened = open_office(settings())
    try:
        yield opened
    except MailsvcError as error:
        fail(error.message)
    finally:
        close_office(opened)
