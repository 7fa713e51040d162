"""The bounds of an SMTP door. Sizes in octets, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may use up."""

    message_size: int = 50_000_000
    recipients: int = 5000
    command_line: int = 2048  # RFC 5321 §4.5.3.1.4 asks for 512; MAIL and RCPT parameters need more
    auth_line: int = 12288  # RFC 4954 §4
    errors: int = 20  # wrong commands, and recipients refused beyond those accepted
    idle_commands: int = 500  # commands in a row that bring no letter forward
    received_fields: int = 100  # RFC 5321 §6.3
    command_timeout: float = 300.0  # RFC 5321 §4.5.3.2.7
    data_timeout: float = 300.0  # for each read, so that slow honest uploads pass
    tls_timeout: float = 30.0
    login_timeout: float = 120.0
    window: float = 600.0  # in each such time of waiting for data, twice a read's, so that one long stall passes …
    window_octets: int = 307_200  # … at least so much must come
    spool_memory: int = 262_144


LIMITS = Limits()
