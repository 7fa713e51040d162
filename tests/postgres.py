"""A real PostgreSQL server in a temporary folder, as its own user when the tests run as root."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from mailsvc.store import migrate


def server_binaries() -> Path:
    """The folder of initdb and pg_ctl; Debian keeps them outside PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise FileNotFoundError("no PostgreSQL server: apt-get install postgresql")
    return found[-1]


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of an empty server for the duration of the block."""
    binaries = server_binaries()
    folder = Path(tempfile.mkdtemp(prefix="mailsvc-pg-"))
    as_user = _prefix(folder)
    port = _free_port()
    data = folder / "data"
    create = [str(binaries / "initdb"), "-D", str(data), "-U", "mailsvc", "--auth=trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*as_user, *create], check=True, capture_output=True)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, timeout=60)
    try:
        yield f"postgresql+psycopg://mailsvc@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


_TEMPLATE = "migrated"
_with_template: set[str] = set()


def fresh_postgres_database(url: str) -> str:
    """A new migrated database on the server of `url`: a copy, since running all migrations takes longer."""
    server = url.rpartition("/")[0]
    name = "test_" + secrets.token_hex(6)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if server not in _with_template:
            connection.execute(text(f"CREATE DATABASE {_TEMPLATE}"))
            migrate.upgrade(f"{server}/{_TEMPLATE}")
            _with_template.add(server)
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}"))
    engine.dispose()
    return f"{server}/{name}"


def _prefix(folder: Path) -> list[str]:
    """PostgreSQL refuses root: its own user then owns the folder and runs it."""
    if os.getuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
