"""R57: the full matrix role × act, in every situation, against a table written by hand from handbook §7.3.

Letters say what must hold between the person and the matter:

    *  nothing       O  same organisation     K  keeps its registers    U  his unit's own matter
    L  he leads      l  his unit leads        C  he cooperates          c  his unit cooperates
    I  told to him   i  told to his unit      D  he drafted it          S  he is to sign it
    A  he gave it    Q  he was asked          q  his unit was asked     M  his own affair
"""

from __future__ import annotations

import itertools
import re

import httpx
import pytest

from mailsvc.core.actor import Actor
from mailsvc.core.errors import Refused
from mailsvc.documents import register, rights
from mailsvc.documents.fields import Fields
from mailsvc.documents.rights import Act, Party, Relation, Subject
from mailsvc.mail.office import Office
from mailsvc.store import accounts
from mailsvc.store.tx import Tx
from tests.web.webhouse import Site, token_of

# One person for each role, from the demo organisation: username and the only role looked at.
PEOPLE = {
    "GD": ("nganltt", "giam_doc"),
    "LD": ("phuocdh", "lanh_dao_so"),
    "CVP": ("lyhc", "chanh_van_phong"),
    "PVP": ("vinhpt", "pho_van_phong"),
    "VT": ("", "van_thu"),
    "LT": ("", "luu_tru"),
    "TP": ("", "truong_phong"),
    "PP": ("", "pho_phong"),
    "CV": ("", "chuyen_vien"),
    "HT": ("", "thu_truong_don_vi"),
    "VTDV": ("", "van_thu_don_vi"),
    "GV": ("", "giao_vien"),
    "QT": ("", "quan_tri"),
    "KT": ("", "danh_gia"),
}
ALL = "LlCcIiUDSAQq"
TABLE = {
    #                   GD   LD   CVP    PVP    VT   LT   TP       PP       CV      HT      VTDV GV     QT   KT
    "register":        "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "correct":         "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "submit":          "-    -    O      O      K    -    -        -        -       -       K    -      -    -",
    "direct":          "O    O    O      -      -    -    lc       lc       -       O       -    -      -    -",
    "transfer":        "O    O    O      O      K    -    lci      lci      -       O       K    -      -    -",
    "return":          "O    O    O      O      K    -    LlCcU    LlCcU    LC      O       K    LC     -    -",
    "recall":          "A    A    A      A      KA   -    A        A        -       A       KA   -      -    -",
    "ask_extension":   "-    -    LlC    LlC    LC   LC   LlCc     LlCc     LC      LlCc    LC   LC     -    -",
    "extend":          "O    O    A      -      -    -    A        A        -       OA      -    -      -    -",
    "reassign":        "O    O    O      -      -    -    lcUA     lcUA     -       O       -    -      -    -",
    "report":          "-    LC   LlCc   LlCc   LC   LC   LlCc     LlCc     LC      LlCc    LC   LC     -    -",
    "close":           "O    O    O      LlA    L    -    LlA      LlA      LA      O       L    L      -    -",
    "consent_close":   "O    O    O      -      -    -    lA       -        -       O       -    -      -    -",
    "urge":            "O    O    O      O      K    -    lUA      lUA      -       O       K    -      -    -",
    "read":            "O    O    O      O      K    O    {all}    {all}    LCIDAQ  {ht}    K    LCIDQ  -    -",
    "read_register":   "O    O    O      O      K    O    O        O        -       O       K    -      -    -",
    "print":           "O    O    O      O      K    O    LlCcIiU  LlCcIiU  LCD     Olci    K    LCD    -    -",
    "export":          "O    O    O      O      K    O    -        -        -       O       K    -      -    -",
    "read_statistics": "O    O    O      O      K    O    U        U        -       O       K    -      O    O",
    "read_audit":      "O    O    O      -      -    -    -        -        -       -       -    -      O    O",
    "draft":           "-    -    UD     UD     D    D    UD       UD       D       O       D    D      -    -",
    "send_draft":      "-    -    UD     UD     D    D    UD       UD       D       O       D    D      -    -",
    "approve_content": "-    -    U      -      -    -    U        U        -       O       -    -      -    -",
    "ask_opinion":     "O    O    O      O      -    -    UDl      UDl      DL      O       -    D      -    -",
    "give_opinion":    "O    O    O      O      QK   Q    QqULlCc  QqULlCc  QDLC    OQq     QK   QDLC   -    -",
    "check_format":    "-    -    O      O      K    -    -        -        -       O       K    -      -    -",
    "sign":            "O    S    S      -      -    -    S        -        -       SO      -    -      -    -",
    "take_number":     "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "cancel_number":   "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "seal":            "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "issue":           "-    -    -      -      K    -    -        -        -       -       K    -      -    -",
    "recall_issued":   "O    S    -      -      K    -    -        -        -       O       K    -      -    -",
    "copy":            "-    -    -      -      K    O    -        -        -       -       K    -      -    -",
    "keep_paper":      "-    -    -      -      K    O    -        -        -       -       K    -      -    -",
    "file":            "-    -    O      O      K    O    LlUD     LlUD     LDC     O       K    LD     -    -",
    "archive":         "-    -    -      -      -    O    -        -        -       -       K    -      -    -",
    "ask_purge":       "-    -    -      -      K    O    -        -        -       -       K    -      -    -",
    "consent_purge":   "O    O    O      -      -    -    -        -        -       O       -    -      -    -",
    "assign":          "*    *    O      U      -    -    U        U        -       O       -    -      -    -",
    "acknowledge":     "LC   LC   LlCc   LlCc   LC   LC   LlCc     LlCc     LC      LlCc    LC   LC     -    -",
    "withdraw":        "A    A    A      A      -    -    A        A        -       A       -    -      -    -",
    "daily_report":    "-    -    M      M      M    M    M        M        M       M       M    M      -    -",
    "publish":         "-    -    O      O      K    -    -        -        -       O       K    -      -    -",
    "delegate":        "O    M    O      M      M    M    MU       M        M       MO      M    M      -    -",
    "decide_held":     "O    O    O      O      K    -    -        -        -       O       K    -      -    -",
    "set_rules":       "O    -    O      -      -    -    -        -        -       -       -    -      -    -",
    "give_feedback":   "*    *    *      *      *    *    *        *        *       *       *    *      *    -",
    "propose_rules":   "-    -    O      -      -    -    -        -        -       -       -    -      -    -",
    "decide_rules":    "O    -    -      -      -    -    -        -        -       -       -    -      -    -",
    "administer":      "-    -    -      -      -    -    -        -        -       -       -    -      *    -",
    "break_glass":     "-    -    -      -      -    -    -        -        -       -       -    -      *    -",
}  # fmt: skip
SHORT = {"{all}": "LlCcIiUDSAQq", "{ht}": "OLlCcIiQq"}
SITUATIONS = "-OULlCcIiDSAQqM"
PERSONAL = {
    "L": Relation.LEAD, "C": Relation.COOPERATING, "I": Relation.INFORMED, "D": Relation.DRAFTER,
    "S": Relation.SIGNATORY, "A": Relation.ASSIGNER, "Q": Relation.ASKED, "M": Relation.OWNER,
}  # fmt: skip
OF_UNIT = {
    "U": Relation.UNIT, "l": Relation.LEAD, "c": Relation.COOPERATING, "i": Relation.INFORMED, "q": Relation.ASKED
}  # fmt: skip
KEEPERS = ("VT", "VTDV")


def expected(act: str, role: str, situation: str) -> bool:
    """What the table says: `situation` is one letter, everything else being foreign to the person."""
    cell = TABLE[act].split()[list(PEOPLE).index(role)]
    letters = SHORT.get(cell, cell)
    if letters == "-":
        return False
    if "*" in letters:
        return True
    if situation == "O":  # in his own organisation a clerk is its keeper
        return "O" in letters or (role in KEEPERS and "K" in letters)
    return situation in letters


@pytest.fixture
def cast(office: Office) -> dict[str, Actor]:
    return assemble(office)


def assemble(office: Office) -> dict[str, Actor]:
    """A person for each column in exactly one post."""
    made = {}
    for short, (username, role) in PEOPLE.items():
        account_id = office.db.write_now(_one, username, role)
        post = next(one for one in office.db.read_now(rights.posts_of, account_id) if one.role == role)
        made[short] = Actor(account_id, post)
    return made


def _one(tx: Tx, username: str, role: str) -> int:
    if username:
        found = accounts.by_username(tx, username)
        assert found is not None
        return found.id
    held = accounts.with_role(tx, role, "2026-11-24")
    if held:
        return held[0].id
    unit = {"danh_gia": "SGDDT", "giao_vien": "DV01"}[role]  # the demo office has none of them
    made = accounts.create(tx, username=role, kind="person", full_name=role, unit_code=unit)
    accounts.add_role(tx, made.id, role, unit)
    return made.id


def matter(tx: Tx, actor: Actor, situation: str) -> Subject:
    """A matter that has to do with the person in just one way; otherwise it is of a foreign organisation and people."""
    assert actor.post is not None
    own_org = rights.organisation_of_unit(tx, actor.post.unit_code)
    foreign = "DV02" if own_org != "DV02" else "DV03"
    if situation == "O":
        return Subject(own_org)
    parties = [Party(Relation.LEAD, account_id=999_999), Party(Relation.UNIT, unit_code="PHONG-KHAC")]
    if situation in PERSONAL:
        parties.append(Party(PERSONAL[situation], account_id=actor.account_id))
    if situation in OF_UNIT:
        parties.append(Party(OF_UNIT[situation], unit_code=actor.post.unit_code))
    return Subject(foreign, tuple(parties))


def test_r57_every_act_stands_in_the_table() -> None:
    assert set(TABLE) == set(Act)
    assert all(len(row.split()) == len(PEOPLE) for row in TABLE.values())


def test_r57_full_matrix_role_by_act_in_every_situation(office: Office, cast: dict[str, Actor]) -> None:
    def judge(tx: Tx) -> list[str]:
        wrong = []
        for act, short, situation in itertools.product(Act, PEOPLE, SITUATIONS):
            actor = cast[short]
            subject = matter(tx, actor, situation)
            told = rights.may(tx, actor, act, subject)
            if told != expected(act, short, situation):
                wrong.append(f"{act} × {short} in {situation}: {told}")
        return wrong

    assert office.db.read_now(judge) == []


def test_r57_every_refusal_names_article_and_setting(office: Office, cast: dict[str, Actor]) -> None:
    for act in Act:
        if act in ("give_feedback",):
            continue
        with pytest.raises(Refused) as refused:
            office.db.read_now(rights.require, cast["KT"], act, Subject("DV02"))
        assert "Căn cứ:" in refused.value.message
        assert f"acts.{act} trong roles.toml" in refused.value.message
        assert "Điều" in refused.value.message


def test_r57_administrators_reach_no_content_by_their_office(office: Office, cast: dict[str, Actor]) -> None:
    content = set(Act) - {"administer", "break_glass", "give_feedback", "read_statistics", "read_audit"}

    def reached(tx: Tx) -> list[str]:
        found = itertools.product(content, SITUATIONS)
        return [f"{a} {s}" for a, s in found if rights.may(tx, cast["QT"], a, matter(tx, cast["QT"], s))]

    assert office.db.read_now(reached) == []


# ---- the same through the doors -----------------------------------------------------------------------------
PAPER = {"issuer": "UBND tỉnh", "subject": "Thử quyền", "code": "7/UBND-VX", "arrival_date": "24/11/2026"}


def attempts(client: httpx.Client, token: str) -> dict[str, tuple[str, int]]:
    """What a browser gets from each door: the act behind it and the status."""
    return {
        "/van-ban-den": ("read_register", client.get("/van-ban-den").status_code),
        "/van-ban-den/2026/1": ("read", client.get("/van-ban-den/2026/1").status_code),
        "/van-ban-den/moi": ("register", client.post("/van-ban-den/moi", data=PAPER | {"ma": token}).status_code),
        "/van-ban-den/2026/1/sua": ("correct", client.get("/van-ban-den/2026/1/sua").status_code),
    }


@pytest.mark.parametrize("short", ["GD", "LD", "CVP", "PVP", "VT", "LT", "TP", "PP", "CV", "QT"])
def test_r57_doors_of_the_register_open_to_whom_the_table_says(house: Site, cast: dict[str, Actor], short: str) -> None:
    clerk = cast["VT"]
    fields = Fields(issuer="Bộ GDĐT", subject="Văn bản thứ nhất", code="1/BGDĐT-VP")
    house.office.db.write_now(register.register_paper, clerk, "SGDDT", fields)
    account = house.office.db.read_now(accounts.get, cast[short].account_id or 0)
    client = house.signed_in(account.username)
    roles = {one.role for one in house.office.db.read_now(rights.posts_of, account.id)}
    columns = [name for name, (_, role) in PEOPLE.items() if role in roles]
    for door, (act, status) in attempts(client, token_of(client.get("/uy-quyen"))).items():
        allowed = any(expected(act, one, "O") for one in columns)
        assert (status != 403) == allowed, f"{door}: {status}"
        if not allowed:
            assert status == 403


def test_r57_the_office_page_offers_each_only_what_opens_for_him(house: Site) -> None:
    admin = house.office.db.read_now(accounts.with_role, "quan_tri", "2026-11-24")[0].username
    for username in ("nganltt", "vinhpt", admin):
        client = house.signed_in(username)
        offered = re.findall(r'<h2><a href="([^"]+)"', client.get("/van-phong").text)
        assert "/quy-che" in offered
        for door in ("/tam-giu", "/tieu-huy", "/mo-khan-cap", "/nhat-ky", *offered):
            assert (client.get(door).status_code == 200) == (door in offered), (username, door)
