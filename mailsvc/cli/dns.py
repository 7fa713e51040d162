"""`mailsvc dns …`: what must stand in the zones of the office's domains."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict

import typer

from mailsvc.cli import context
from mailsvc.cli.output import Json
from mailsvc.mail.discovery import Record, records
from mailsvc.mailauth import dkim_sign

dns_app = typer.Typer(help="Bản ghi DNS.", no_args_is_help=True)


@dns_app.callback()
def dns() -> None:
    """Bản ghi DNS."""


@dns_app.command("records")
def list_records(json: Json = False) -> None:
    """In mọi bản ghi cần công bố cho từng miền: MX, SPF, DKIM, DMARC, SRV, autoconfig, autodiscover."""
    settings = context.settings()
    key = dkim_sign.load_or_make(settings.folder, settings.dkim.selector) if settings.dkim.enabled else None
    found = records(settings, dkim_sign.dns_record(key) if key else "")
    if json:
        print(json_module.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    print(f"; Máy {settings.organisation.host} cần có bản ghi A (và AAAA) với địa chỉ công cộng, và bản ghi ngược PTR.")
    for one in found:
        print(f"{one.name}. IN {one.type} {_zone_value(one)} ; {one.note}")


def _zone_value(record: Record) -> str:
    if record.type != "TXT":
        return record.value
    return dkim_sign.quoted_strings(record.value)
