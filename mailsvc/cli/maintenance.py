"""`mailsvc serve`, `mailsvc demo`, `mailsvc verify`, `mailsvc settings …`."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from mailsvc.accounts import demo as demo_organisation
from mailsvc.accounts.demo import DemoAccount
from mailsvc.auth.passwords import PasswordHasher
from mailsvc.cli import context
from mailsvc.cli.output import Json, fail, show_one
from mailsvc.core import log
from mailsvc.core import settings as settings_module
from mailsvc.core.errors import MailsvcError
from mailsvc.core.settings import Settings
from mailsvc.documents import numbering, proof, regulation
from mailsvc.mail.office import Office
from mailsvc.opening import close_office, open_office
from mailsvc.store import verify as store_verify
from mailsvc.store.tx import Tx

CONFIG = Path(__file__).resolve().parents[2] / "config"

settings_app = typer.Typer(help="Cấu hình.", no_args_is_help=True)

BasePort = Annotated[int | None, typer.Option(help="Cộng vào mọi cổng; 2000 cho 2025, 2143, 2080 …")]


def serve(
    base_port: BasePort = None,
    with_demo: Annotated[bool, typer.Option("--demo", help="Lần đầu thì tạo cơ quan mẫu.")] = False,
) -> None:
    """Chạy dịch vụ ở tiền cảnh cho đến khi nhận SIGINT hoặc SIGTERM."""
    context.chosen["base_port"] = base_port
    settings = context.settings()
    log.configure(settings.log.level)
    try:
        made = _ensure_demo(settings) if with_demo else []
        uvloop.run(_serve(settings, made))
    except MailsvcError as error:
        fail(error.message)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            fail(f"Có chương trình khác đang dùng cổng này; hãy dừng nó hoặc chọn --base-port khác. ({error.strerror})")
        fail(f"Không khởi động được: {error}")


async def _serve(settings: Settings, made: list[DemoAccount]) -> None:
    from mailsvc.app import running  # the doors are only imported by the one command that opens them

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(settings):
        gc.collect()
        gc.freeze()  # what is loaded for good need not be looked through again, which takes 0.1 s and everybody waits
        print(_ready_table(settings, made), flush=True)
        await stop.wait()


def demo() -> None:
    """Tạo cơ quan mẫu trong thư mục dữ liệu (chỉ một lần)."""
    made = _ensure_demo(context.settings())
    print(f"{len(made)} tài khoản: {context.settings().folder / demo_organisation.CSV_NAME}")


def _ensure_demo(settings: Settings) -> list[DemoAccount]:
    office = open_office(settings)
    try:
        if not office.db.read_now(demo_organisation.is_made):
            hasher = PasswordHasher()
            try:
                made = demo_organisation.make(office.db, settings, hasher, CONFIG)
                office.db.write_now(_load_regulation)
                return made
            finally:
                hasher.close()
        return demo_organisation.read_csv(settings.folder)
    finally:
        close_office(office)


def _ready_table(settings: Settings, made: list[DemoAccount]) -> str:
    host, port = settings.listen.address, settings.listen.port_of
    lines = [
        "",
        f"mailsvc sẵn sàng – {settings.organisation.name}",
        f"  Web           http://{host}:{port('http')}/",
        f"  IMAP          {host}:{port('imap')} (STARTTLS), {host}:{port('imaps')} (TLS)",
        f"  Gửi thư       {host}:{port('submission')} (STARTTLS), {host}:{port('submissions')} (TLS)",
        f"  Nhận thư      {host}:{port('mx')} (MX), {host}:{port('lmtp')} (LMTP)",
        f"  Dữ liệu       {settings.folder.resolve()}",
    ]
    wanted = ("van_thu", "lanh_dao_so", "chuyen_vien")
    tries = [next((one for one in made if role in one.role.split("|")), None) for role in wanted]
    if any(tries):
        lines.append("  Đăng nhập thử:")
        lines += [f"    {one.address:<36} {one.password:<36} {one.name}, {one.role}" for one in tries if one]
        lines.append(f"  Mọi tài khoản mẫu: {settings.folder.resolve() / demo_organisation.CSV_NAME}")
    return "\n".join([*lines, "  Ctrl+C để dừng.", ""])


def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Băm lại từng thư.")] = False,
    json: Json = False,
) -> None:
    """Kiểm tra: cơ sở dữ liệu với tệp thư, UID, số đến, chuỗi nhật ký. Mã thoát 1 khi có gì sai."""
    with context.office() as office:
        findings = _findings(office, deep)
        orphans = office.db.read_now(store_verify.orphans, office.blobs)
    show_one({"ok": not findings, "findings": findings, "orphan_blobs": len(orphans)}, json)
    if findings:
        raise typer.Exit(1)


def _findings(office: Office, deep: bool) -> list[str]:
    found: list[Any] = list(office.db.read_now(store_verify.structure))
    found += office.db.read_now(store_verify.bytes_of_contents, office.blobs, deep=deep)
    found += office.db.read_now(numbering.verify_series)
    folder = office.settings.folder
    found += office.db.read_now(proof.verify, proof.checkpoints(folder), proof.key_of(folder))
    return [str(one) for one in found]


@settings_app.command("example")
def example() -> None:
    """In tệp cấu hình mẫu có chú giải."""
    print(settings_module.example(), end="")


@settings_app.command("check")
def check(json: Json = False) -> None:
    """Kiểm tra cấu hình; sai thì nêu khóa, giá trị và điều được phép, mã thoát 2."""
    show_one({"ok": True, "data": str(context.settings().folder)}, json)


def _load_regulation(tx: Tx) -> None:
    """The regulation this office is made for, in force since 2016."""
    title = "Quy chế quản lý, vận hành và sử dụng hệ thống văn phòng điện tử (eOffice) của ngành giáo dục và đào tạo"
    text = (CONFIG / "quy-che-1581.txt").read_text("utf-8")
    regulation.load_first(tx, title, text, "1581/QĐ-SGDĐT", "2016-08-22")
