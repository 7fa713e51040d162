"""The command line: `mailsvc serve`, `mailsvc account list`, `mailsvc verify` …"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailsvc.cli import context
from mailsvc.cli.accounts import account_app, unit_app
from mailsvc.cli.audit import audit_app
from mailsvc.cli.delegations import delegation_app
from mailsvc.cli.dns import dns_app
from mailsvc.cli.documents import extract, intake_app, register_app
from mailsvc.cli.following import calendar_app, figures, remind_app
from mailsvc.cli.holding import held_app
from mailsvc.cli.incoming import incoming_app
from mailsvc.cli.mail import dkim, mailbox_app, message_app, queue_app
from mailsvc.cli.maintenance import demo, serve, settings_app, verify
from mailsvc.cli.outgoing import outgoing_app
from mailsvc.cli.regulation import regulation_app
from mailsvc.cli.rules import rule_app
from mailsvc.cli.sharing import acl_app
from mailsvc.cli.tasks import task_app

app = typer.Typer(
    help="mailsvc: văn phòng điện tử lấy thư làm trung tâm.", no_args_is_help=True, pretty_exceptions_enable=False
)
app.add_typer(account_app, name="account")
app.add_typer(unit_app, name="unit")
app.add_typer(mailbox_app, name="mailbox")
mailbox_app.add_typer(acl_app, name="acl")
app.add_typer(message_app, name="message")
app.add_typer(queue_app, name="queue")
app.add_typer(intake_app, name="intake")
app.add_typer(register_app, name="register")
app.add_typer(incoming_app, name="incoming")
app.add_typer(outgoing_app, name="outgoing")
app.add_typer(task_app, name="task")
app.add_typer(remind_app, name="remind")
app.add_typer(calendar_app, name="calendar")
app.add_typer(audit_app, name="audit")
app.add_typer(delegation_app, name="delegation")
app.add_typer(held_app, name="held")
app.add_typer(rule_app, name="rule")
app.add_typer(regulation_app, name="regulation")
app.add_typer(settings_app, name="settings")
app.add_typer(dns_app, name="dns")
app.command("dkim")(dkim)
app.command("extract")(extract)
app.command("statistics")(figures)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("verify")(verify)


@app.callback()
def common(
    data: Annotated[Path | None, typer.Option(help="Thư mục dữ liệu.")] = None,
    config: Annotated[Path | None, typer.Option(help="Tệp cấu hình TOML.")] = None,
) -> None:
    """Tùy chọn chung của mọi lệnh."""
    context.chosen.update(data=data, config=config)


def main() -> None:
    """Entry point of the `mailsvc` script."""
    app(args=common_first(sys.argv[1:]))


def common_first(arguments: list[str]) -> list[str]:
    """The arguments with `--data` and `--config` moved to the front: people write them where they like."""
    front, rest = [], []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            rest += [argument, *given]
        elif argument in ("--data", "--config"):
            front += [argument, *itertools.islice(given, 1)]
        elif argument.startswith(("--data=", "--config=")):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


if __name__ == "__main__":
    main()
