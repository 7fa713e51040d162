"""Rights: RFC 4314, in LIST RFC 8440; the namespaces of others RFC 2342."""

from __future__ import annotations

from typing import Any

import pytest
from speaker import Speaker, speaker
from world import World

from mailsvc.imap.grammar.names import encode_mutf7

OTHERS = encode_mutf7("Hộp thư người khác").decode()
BOX = f'"{OTHERS}/an/a"'
EVERYTHING = b"lrswipkxteacd"


@pytest.fixture
def an(world: World) -> Speaker:
    """Two messages in `a`, the first flagged."""
    client = speaker(world)
    client.ok("CREATE a")
    client.append(b"Subject: 1\r\n\r\nx\r\n", "a", "(\\Flagged)")
    client.append(b"Subject: 2\r\n\r\nx\r\n", "a")
    return client


@pytest.fixture
def binh(world: World, an: Speaker) -> Speaker:
    return speaker(world, "binh")


def acl(client: Speaker, name: str) -> dict[bytes, bytes]:
    ((_, *flat),) = client.ok(f"GETACL {name}").of(b"ACL")
    return dict(zip(flat[::2], flat[1::2], strict=True))


def listed(client: Speaker, pattern: str = "*") -> list[bytes]:
    return [one[2] for one in client.ok(f'LIST "" "{pattern}"').of(b"LIST")]


def flags(client: Speaker) -> dict[int, set[bytes]]:
    found = client.ok("FETCH 1:* FLAGS").fetched().items()
    return {number: set(items[b"FLAGS"]) - {b"\\Recent"} for number, items in found}


# ---- SETACL, DELETEACL, GETACL --------------------------------------------------------------------------------
def test_setacl_sets_adds_and_takes_away(an: Speaker) -> None:  # RFC 4314 §3.1
    for rights, result in (("lr", b"lr"), ("+sw", b"lrsw"), ("-s", b"lrw"), ("+", b"lrw"), ("i", b"i")):
        an.ok(f"SETACL a binh {rights}")
        assert acl(an, "a")[b"binh"] == result


def test_the_old_letters_c_and_d(an: Speaker) -> None:  # RFC 4314 §2.1.1
    an.ok("SETACL a binh lrd")
    assert acl(an, "a")[b"binh"] == b"lrted"
    an.ok("SETACL a binh k")
    assert acl(an, "a")[b"binh"] == b"kc"


@pytest.mark.parametrize("rights", ["lrQ", "lrq", "lr1z", "+L", '"l r"'])
def test_unknown_rights_are_bad(an: Speaker, rights: str) -> None:  # RFC 4314 §3.1
    an.bad(f"SETACL a binh {rights}")
    assert b"binh" not in acl(an, "a")


def test_no_rights_is_no_entry(an: Speaker) -> None:
    an.ok("SETACL a binh lr")
    an.ok('SETACL a binh ""')
    assert acl(an, "a") == {b"an": EVERYTHING}


def test_deleteacl_leaves_negative_rights(an: Speaker) -> None:  # RFC 4314 §3.2
    an.ok("SETACL a binh lr")
    an.ok("SETACL a -binh w")
    an.ok("DELETEACL a binh")
    assert acl(an, "a") == {b"an": EVERYTHING, b"-binh": b"w"}


def test_negative_rights_win(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §2
    an.ok("SETACL a anyone lrs")
    an.ok("SETACL a -binh s")
    assert binh.ok(f"MYRIGHTS {BOX}").of(b"MYRIGHTS")[0][1] == b"lr"


def test_an_address_means_its_person(an: Speaker) -> None:  # RFC 4314 §3.3
    an.ok("SETACL a binh@sogddt.tayninh.gov.vn lr")
    assert acl(an, "a")[b"binh"] == b"lr"


@pytest.mark.parametrize("who", ["nobody", "$khong_co", "$don_vi@KHONG", "vanthu", "-nobody"])
def test_rights_for_nobody_are_refused(an: Speaker, world: World, who: str) -> None:
    world.add_account("vanthu", kind="unit")  # nobody logs in as a unit
    an.no(f"SETACL a {who} lr", "NONEXISTENT")


@pytest.mark.parametrize("who", ['""', '"\\"\x7f"', '"a\u0007"'])
def test_identifiers_are_prepared(an: Speaker, who: str) -> None:  # RFC 4314 §3
    an.bad(f"SETACL a {who} lr")


def test_the_owner_keeps_all_rights(an: Speaker) -> None:
    an.no("SETACL a an lr", "NOPERM")
    an.no("SETACL a -an lr", "NOPERM")
    assert an.ok("LISTRIGHTS a an").of(b"LISTRIGHTS") == [[b"a", b"an", EVERYTHING]]


def test_names_are_bare_where_they_may_be(an: Speaker, world: World) -> None:  # RFC 9051 §9 astring
    """Mail::IMAPClient takes quotes for a part of the name."""
    for name in ("nil", "hai chu"):
        world.add_account(name)
        an.ok(f'SETACL a "{name}" lr')
    for command, told in (
        ("GETACL a", f'"a" an {EVERYTHING.decode()} "hai chu" lr "nil" lr'),
        ("LISTRIGHTS a an", f'"a" an {EVERYTHING.decode()}'),
    ):
        tag = an.start(command)
        assert an.line().decode() == f"* {command.split()[0].removeprefix('GET')} {told}"
        an.finish(tag)


def test_listrights_names_each_right_once(an: Speaker) -> None:  # RFC 4314 §3.7
    ((_, who, always, *optional),) = an.ok("LISTRIGHTS a anyone").of(b"LISTRIGHTS")
    assert (who, always) == (b"anyone", b"")
    assert sorted(b"".join(optional)) == sorted(EVERYTHING)


# ---- what must not be known -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "command",
    ["SELECT {}", "EXAMINE {}", "STATUS {} (MESSAGES)", "GETACL {}", "MYRIGHTS {}", "SETACL {} binh lr", "DELETE {}",
     "DELETEACL {} an", "LISTRIGHTS {} an", "SUBSCRIBE {}", "GETMETADATA {} /shared/comment", "RENAME {} b"],
)  # fmt: skip
def test_a_mailbox_one_may_not_look_up_does_not_exist(binh: Speaker, command: str) -> None:  # RFC 4314 §6
    there = binh.no(command.format(BOX), "NONEXISTENT")
    not_there = binh.no(command.format(f'"{OTHERS}/an/b"'), "NONEXISTENT")
    assert there.text.replace(b"an/a", b"") == not_there.text.replace(b"an/b", b"")
    nobody = binh.no(command.format(f'"{OTHERS}/nn/a"'), "NONEXISTENT")
    assert there.text.replace(b"an/a", b"") == nobody.text.replace(b"nn/a", b"")


def test_list_needs_l(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh rs")
    assert BOX[1:-1].encode() not in listed(binh)
    binh.ok(f"SELECT {BOX}")
    binh.ok("UNSELECT")
    an.ok("SETACL a binh l")
    assert BOX[1:-1].encode() in listed(binh)
    binh.no(f"STATUS {BOX} (MESSAGES)", "NOPERM")


def test_namespaces(an: Speaker, binh: Speaker) -> None:  # RFC 2342 §5
    assert binh.ok("NAMESPACE").of(b"NAMESPACE") == [[[[b"", b"/"]], None, None]]
    an.ok("SETACL a binh lr")
    ((personal, others, shared),) = binh.ok("NAMESPACE").of(b"NAMESPACE")
    assert personal == [[b"", b"/"]]
    assert others == [[OTHERS.encode() + b"/", b"/"]]
    assert shared is None


# ---- every command asks for its right -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("command", "rights", "missing"),
    [("SELECT {}", "r", "l"), ("STATUS {} (MESSAGES)", "r", "l"), ("SUBSCRIBE {}", "l", "rswipkxtea"),
     ('CREATE "{}/c"', "k", "lrswipxtea"), ("DELETE {}", "x", "lrswipktea"), ("GETACL {}", "a", "lrswipkxte"),
     ("SETACL {} anyone l", "a", "lrswipkxte"), ("LISTRIGHTS {} anyone", "a", "lrswipkxte"),
     ("DELETEACL {} anyone", "a", "lrswipkxte"), ('COPY 1 {}', "i", "lrswpkxtea")],
)  # fmt: skip
def test_rights_of_commands(an: Speaker, binh: Speaker, command: str, rights: str, missing: str) -> None:  # RFC 4314 §4
    binh.append(b"Subject: own\r\n\r\n")
    binh.ok("SELECT INBOX")
    text = command.format(BOX[1:-1] if '"{}' in command else BOX)
    an.ok(f"SETACL a binh l{missing.replace(rights, '')}")
    if rights != "l":
        binh.no(text, "NOPERM")
    an.ok(f"SETACL a binh l{rights}")
    binh.ok(text)


def test_append_and_its_flags(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    message = b"Subject: x\r\n\r\n"
    flags_ = "(\\Seen \\Deleted \\Flagged tu-khoa)"
    text = f"APPEND {BOX} {flags_} {{{len(message)}+}}\r\n".encode() + message
    an.ok("SETACL a binh lr")
    assert binh.do(text).code == [b"NOPERM"]
    for rights, kept in (("lri", set()), ("lrit", {b"\\Deleted"}), ("lriw", {b"\\Flagged", b"tu-khoa"})):
        an.ok(f"SETACL a binh {rights}")
        binh.ok(text)
        an.ok("SELECT a")
        assert flags(an)[max(flags(an))] == kept


def test_rename_needs_x_and_k(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("CREATE a/b")
    child, new = f'"{OTHERS}/an/a/b"', f'"{OTHERS}/an/a/c"'
    an.ok("SETACL a binh lr")
    an.ok("SETACL a/b binh lrx")
    binh.no(f"RENAME {child} {new}", "NOPERM")
    an.ok("SETACL a binh lrk")
    an.ok("SETACL a/b binh lr")
    binh.no(f"RENAME {child} {new}", "NOPERM")
    an.ok("SETACL a/b binh lrx")
    binh.ok(f"RENAME {child} {new}")
    assert acl(an, "a/c")[b"binh"] == b"lrxc"  # RFC 4314 §4: RENAME does not change the rights


def test_a_new_mailbox_has_the_rights_of_the_one_above(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh lrk")
    an.ok("SETACL a -anyone a")
    binh.ok(f'CREATE "{OTHERS}/an/a/x/y"')
    assert acl(an, "a/x/y") == acl(an, "a")
    an.ok("DELETE a/x/y")
    an.ok("SETACL a binh l")
    an.ok("CREATE a/x/y")
    assert acl(an, "a/x/y")[b"binh"] == b"lrkc"


def test_the_rights_die_with_the_mailbox(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh lr")
    an.ok("DELETE a")
    an.ok("CREATE a")
    assert acl(an, "a") == {b"an": EVERYTHING}
    binh.no(f"SELECT {BOX}", "NONEXISTENT")


# ---- flags ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rights", "permanent", "code"),
    [("lr", set(), b"READ-ONLY"), ("lrs", {b"\\Seen"}, b"READ-ONLY"), ("lrt", {b"\\Deleted"}, b"READ-WRITE"),
     ("lre", set(), b"READ-WRITE"), ("lri", set(), b"READ-WRITE")],
)  # fmt: skip
def test_select_tells_what_may_be_changed(
    an: Speaker, binh: Speaker, rights: str, permanent: set[bytes], code: bytes
) -> None:  # RFC 4314 §5.1.1, §5.2
    an.ok(f"SETACL a binh {rights}")
    reply = binh.ok(f"SELECT {BOX}")
    assert set(reply.codes()[b"PERMANENTFLAGS"][0]) == permanent
    assert reply.code == [code]


def test_store_changes_what_it_may(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh lrw")
    binh.ok(f"SELECT {BOX}")
    binh.ok("STORE 1 +FLAGS (\\Seen \\Answered)")
    assert flags(binh)[1] == {b"\\Flagged", b"\\Answered"}
    binh.no("STORE 1 +FLAGS (\\Seen)", "NOPERM")
    binh.no("STORE 1 +FLAGS.SILENT (\\Deleted)", "NOPERM")
    binh.ok("STORE 1 FLAGS (\\Draft \\Deleted)")
    assert flags(binh)[1] == {b"\\Draft"}
    an.ok("SETACL a binh lrt")
    binh.no("STORE 2 FLAGS (\\Draft)", "NOPERM")
    binh.ok("STORE 1 FLAGS (\\Deleted)")
    assert flags(binh)[1] == {b"\\Draft", b"\\Deleted"}
    binh.ok("STORE 1 FLAGS ()")
    assert flags(binh)[1] == {b"\\Draft"}


def test_fetch_marks_seen_only_with_s(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh lr")
    binh.ok(f"SELECT {BOX}")
    assert b"FLAGS" not in binh.ok("FETCH 1 BODY[]").fetched()[1]
    an.ok("SETACL a binh lrs")
    assert b"\\Seen" in binh.ok("FETCH 1 BODY[]").fetched()[1][b"FLAGS"]


def test_expunge_and_close(an: Speaker, binh: Speaker) -> None:  # RFC 4314 §4
    an.ok("SETACL a binh lrt")
    binh.ok(f"SELECT {BOX}")
    binh.ok("STORE 1 +FLAGS (\\Deleted)")
    binh.no("EXPUNGE", "NOPERM")
    binh.no("UID EXPUNGE 1", "NOPERM")
    binh.ok("CLOSE")
    assert dict_of(an.ok("STATUS a (MESSAGES)"))[b"MESSAGES"] == 2
    an.ok("SETACL a binh lrte")
    binh.ok(f"SELECT {BOX}")
    binh.ok("CLOSE")
    assert dict_of(an.ok("STATUS a (MESSAGES)"))[b"MESSAGES"] == 1


def test_move_needs_to_delete_and_expunge(an: Speaker, binh: Speaker) -> None:  # RFC 6851 §4.4
    for rights in ("lr", "lrt", "lre"):
        an.ok(f"SETACL a binh {rights}")
        binh.ok(f"SELECT {BOX}")
        binh.no("MOVE 1 INBOX", "NOPERM")
    an.ok("SETACL a binh lrte")
    binh.ok("MOVE 1 INBOX")
    assert dict_of(binh.ok("STATUS INBOX (MESSAGES)"))[b"MESSAGES"] == 1


def test_list_with_myrights(an: Speaker, binh: Speaker) -> None:  # RFC 8440 §4
    an.ok("SETACL a binh lr")
    told = dict(binh.ok('LIST "" * RETURN (MYRIGHTS)').of(b"MYRIGHTS"))
    assert told[BOX[1:-1].encode()] == b"lr"
    assert told[b"INBOX"] == EVERYTHING


def dict_of(reply: Any) -> dict[bytes, int]:
    flat = reply.of(b"STATUS")[0][1]
    return dict(zip(flat[::2], flat[1::2], strict=True))
