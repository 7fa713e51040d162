"""Settings: typed and described here, read from a TOML file and the environment.

`MAILSVC_SMTP__MAX_SIZE=1000` sets `max_size` of `[smtp]`. config/mailsvc.example.toml is generated from this file
(`mailsvc settings example`) and a test compares the two. The file is only ever read.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mailsvc.core.errors import Invalid

ENVIRONMENT_PREFIX = "MAILSVC_"

Port = Annotated[int, Field(ge=0, le=65535)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Whose office this is."""

    code: str = Field("SGDDT", description="Unit code of the organisation that keeps the registers.")
    name: str = Field("Sở Giáo dục và Đào tạo Tây Ninh", description="Name shown on pages and in reports.")
    domains: list[str] = Field(
        ["sogddt.tayninh.gov.vn", "tayninh.gov.vn"],
        min_length=1,
        description="Mail domains of this office; the first is the canonical one, the others are aliases of it.",
    )
    host: str = Field("mail.sogddt.tayninh.gov.vn", description="Host name told in greetings and Received fields.")
    help: str = Field("", description="Who helps those who cannot sign in, for example a unit and its room.")
    help_phone: str = Field("", description="Telephone shown on the sign-in page for those who cannot get in.")

    @field_validator("domains")
    @classmethod
    def _lower(cls, value: list[str]) -> list[str]:
        return [domain.lower().strip(".") for domain in value]


class Store(_Section):
    """Where everything is kept."""

    url: str = Field(
        "", description="Database URL; empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://…"
    )
    inline_limit: int = Field(
        65536,
        ge=0,
        le=1_000_000,
        description="Messages up to this many bytes lie in the database, larger ones in files.",
    )


class Listen(_Section):
    """Addresses and ports."""

    address: str = Field("127.0.0.1", description="Address that all doors listen on.")
    base_port: int = Field(2000, ge=0, le=64000, description="Added to each of the well-known ports below.")
    lmtp: Port = Field(24, description="LMTP, for a mail server in front of this one.")
    mx: Port = Field(25, description="SMTP from other servers.")
    submissions: Port = Field(465, description="Submission over TLS from the first byte.")
    submission: Port = Field(587, description="Submission with STARTTLS.")
    imap: Port = Field(143, description="IMAP with STARTTLS.")
    imaps: Port = Field(993, description="IMAP over TLS from the first byte.")
    http: Port = Field(80, description="The web pages.")

    def port_of(self, door: str) -> int:
        """The port a door listens on; 0 (any free one) when its setting is 0."""
        port: int = getattr(self, door)
        return self.base_port + port if port else 0


class Tls(_Section):
    """The certificate; without one a self-signed is made in the data folder."""

    certificate: str = Field("", description="PEM file with the certificate chain.")
    key: str = Field("", description="PEM file with the private key.")


class Smtp(_Section):
    """Receiving mail."""

    max_size: int = Field(52_428_800, ge=65536, le=1 << 31, description="Largest message in bytes.")
    max_recipients: int = Field(
        1000, ge=100, le=100_000, description="Recipients in one transaction (RFC 5321: at least 100)."
    )
    max_connections: int = Field(1000, ge=1, description="Connections at once over all SMTP doors.")
    max_connections_per_address: int = Field(
        50, ge=1, description="Connections at once from one address; loopback is exempt."
    )
    max_connections_per_network: int = Field(
        200, ge=1, description="Connections at once from one network (IPv4 /24, IPv6 /64); loopback is exempt."
    )


class Imap(_Section):
    """Reading mail."""

    max_connections: int = Field(5000, ge=1, description="Connections at once.")
    max_connections_per_account: int = Field(100, ge=1, description="Connections at once of one account.")
    max_connections_per_address: int = Field(
        500, ge=1, description="Connections at once from one address; loopback is exempt."
    )
    max_connections_per_network: int = Field(
        2000, ge=1, description="Connections at once from one network (IPv4 /24, IPv6 /64); loopback is exempt."
    )
    idle_minutes: int = Field(
        30, ge=30, le=1440, description="A silent connection is closed after this long (RFC 9051 §5.4: at least 30)."
    )
    clear_login_on_loopback: bool = Field(
        False,
        description="For benches only: logins without TLS; refused unless the doors listen on loopback.",
    )


class Sharing(_Section):
    """Mailboxes of units, roles and other people."""

    private_flags: list[Literal["\\Seen", "\\Answered", "\\Flagged", "\\Draft"]] = Field(
        ["\\Seen"],
        description="Flags that are each person's own in a shared mailbox; a mailbox may say otherwise.",
    )


class Queue(_Section):
    """Sending mail to other servers."""

    smarthost: str = Field("", description="host:port that takes all outgoing mail; empty: each domain's own MX.")
    smarthost_user: str = Field("", description="User name for the smarthost.")
    smarthost_password: str = Field("", repr=False, description="Password for the smarthost.")
    smarthost_tls: Literal["starttls", "tls", "none"] = Field("starttls", description="How the smarthost is reached.")
    workers: int = Field(8, ge=1, le=64, description="Messages sent at the same time.")
    retry_minutes: list[int] = Field(
        [1, 5, 15, 30, 60, 120, 240],
        min_length=1,
        description="Pauses after failures; the last one repeats until the message expires.",
    )
    expire_hours: int = Field(
        96, ge=1, le=240, description="After this long an undelivered message goes back to its sender."
    )
    warn_hours: int = Field(4, ge=1, le=240, description="After this long the sender is told of the delay, once.")
    dns_server: str = Field("", description="host:port of the name server to ask; empty: the system's.")
    smtp_port: Port = Field(25, description="Port of other servers' MX; only tests change it.")
    allow_private: bool = Field(
        False, description="Allow sending to loopback and private addresses; a smarthost always may be one."
    )


class Dkim(_Section):
    """Signing outgoing mail."""

    enabled: bool = Field(True, description="Sign outgoing mail of the own domains.")
    selector: str = Field(
        "mailsvc", pattern=r"^[A-Za-z0-9.-]+$", description="Selector; the key is made in the data folder."
    )


class Web(_Section):
    """The web pages."""

    session_hours: int = Field(12, ge=1, le=720, description="An unused session ends after this long.")
    secure_cookies: bool = Field(False, description="Cookies over HTTPS only; set it when a TLS proxy stands in front.")
    trusted_proxies: list[str] = Field([], description="Addresses of proxies whose X-Forwarded-For is believed.")
    admins_need_second_factor: bool = Field(
        False, description="Administrators open the administration only with a second factor."
    )


class Setup(_Section):
    """What mail programs are told when they set themselves up, and what `mailsvc dns records` prints."""

    host: str = Field("", description="Host name of the mail doors as seen from outside; empty: organisation.host.")
    imaps: Port = Field(993, description="Public port of IMAP over TLS; 0: not told.")
    imap: Port = Field(143, description="Public port of IMAP with STARTTLS; 0: not told.")
    submissions: Port = Field(465, description="Public port of submission over TLS; 0: not told.")
    submission: Port = Field(587, description="Public port of submission with STARTTLS; 0: not told.")


class Log(_Section):
    """What is written to standard error, and what is kept of the ways of letters."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least important record that is written."
    )
    trace_days: int = Field(
        90, ge=1, le=3650, description="How long administrators can look up what became of a letter."
    )


class Backup(_Section):
    """Where backups are put by whoever makes them; the service only looks at their age."""

    folder: str = Field("", description="Folder with the backups; empty: the health page says that there are none.")
    warn_hours: int = Field(26, ge=1, le=8760, description="A newest backup older than this is warned of.")


class Settings(_Section):
    """All settings of one running service."""

    data: str = Field("var", description="The data folder.")
    organisation: Organisation = Organisation()  # type: ignore[call-arg]
    store: Store = Store()  # type: ignore[call-arg]
    listen: Listen = Listen()  # type: ignore[call-arg]
    tls: Tls = Tls()  # type: ignore[call-arg]
    smtp: Smtp = Smtp()  # type: ignore[call-arg]
    imap: Imap = Imap()  # type: ignore[call-arg]
    sharing: Sharing = Sharing()  # type: ignore[call-arg]
    queue: Queue = Queue()  # type: ignore[call-arg]
    dkim: Dkim = Dkim()  # type: ignore[call-arg]
    web: Web = Web()  # type: ignore[call-arg]
    setup: Setup = Setup()  # type: ignore[call-arg]
    log: Log = Log()  # type: ignore[call-arg]
    backup: Backup = Backup()  # type: ignore[call-arg]

    @model_validator(mode="after")
    def _clear_only_on_loopback(self) -> Settings:
        if self.imap.clear_login_on_loopback and not _is_loopback(self.listen.address):
            raise ValueError(
                "imap.clear_login_on_loopback = true chỉ được dùng khi listen.address là địa chỉ loopback, "
                f"không phải {self.listen.address!r}"
            )
        return self

    @property
    def folder(self) -> Path:
        return Path(self.data)

    @property
    def database_url(self) -> str:
        return self.store.url or f"sqlite:///{self.folder / 'mailsvc.db'}"

    @property
    def primary_domain(self) -> str:
        return self.organisation.domains[0]


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def load(file: Path | None = None, environ: dict[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from defaults, then the file, then the environment, then `overrides` (nested dictionaries).

    Raises Invalid with a line per wrong value: the key, the value and what is allowed.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except FileNotFoundError as error:
            raise Invalid("Không có tệp cấu hình %(file)s.", file=file) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Invalid("Tệp cấu hình %(file)s không đọc được: %(error)s", file=file, error=error) from error
    _merge(values, _from_environment(dict(os.environ) if environ is None else environ))
    _merge(values, overrides)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise Invalid("\n".join(_explain(one) for one in error.errors())) from error


def _from_environment(environ: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(ENVIRONMENT_PREFIX) or ("__" not in name and name != ENVIRONMENT_PREFIX + "DATA"):
            continue
        path = name[len(ENVIRONMENT_PREFIX) :].lower().split("__")
        if path[0] not in Settings.model_fields:
            continue
        target = found
        for step in path[:-1]:
            target = target.setdefault(step, {})
        target[path[-1]] = _listed(path, value)
    return found


def _listed(path: list[str], value: str) -> Any:
    """Lists are written with commas in the environment."""
    section = Settings.model_fields[path[0]].annotation
    fields = getattr(section, "model_fields", {})
    field = fields.get(path[-1]) if len(path) == 2 else None
    if field is not None and str(field.annotation).startswith("list"):
        return [one.strip() for one in value.split(",") if one.strip()]
    return value


def _merge(into: dict[str, Any], new: dict[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _explain(error: Any) -> str:
    """ "smtp.max_size = 5: phải lớn hơn hoặc bằng 65536" """
    key = ".".join(str(step) for step in error["loc"])
    if not key:
        return str(error["ctx"]["error"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"{key}: không có khóa này; các khóa được phép: {', '.join(_allowed_keys(error['loc']))}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = "lớn hơn hoặc bằng" if kind == "greater_than_equal" else "nhỏ hơn hoặc bằng"
        allowed = f"phải {bound} {context.get('ge', context.get('le'))}"
    elif kind == "literal_error":
        allowed = f"chỉ được là {context['expected']}"
    elif kind in ("int_parsing", "int_type", "int_from_float"):
        allowed = "phải là số nguyên"
    elif kind in ("bool_parsing", "bool_type"):
        allowed = "chỉ được là true hoặc false"
    elif kind == "string_pattern_mismatch":
        allowed = f"phải theo mẫu {context['pattern']}"
    else:
        allowed = {"string_type": "phải là chuỗi", "list_type": "phải là danh sách"}.get(kind, error["msg"])
    return f"{key} = {error['input']!r}: {allowed}"


def _allowed_keys(loc: tuple[Any, ...]) -> list[str]:
    model: Any = Settings
    for step in loc[:-1]:
        model = model.model_fields[step].annotation
    return sorted(model.model_fields)


def example() -> str:
    """The annotated example file: every key with its description and its default, commented out."""
    lines = [
        "# mailsvc: mọi khóa với giá trị mặc định. Bỏ dấu # ở đầu dòng để đổi.",
        "# Biến môi trường thay được từng khóa: MAILSVC_SMTP__MAX_SIZE=… cho max_size trong [smtp].",
        "",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        if not isinstance(default, BaseModel):
            lines += [f"# {field.description}", f"#{name} = {_toml(default)}", ""]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        if isinstance(default, BaseModel):
            lines += [f"# {(type(default).__doc__ or '').splitlines()[0]}", f"[{name}]"]
            for key, inner in type(default).model_fields.items():
                lines += [f"# {inner.description}", f"#{key} = {_toml(inner.get_default())}"]
            lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
