"""What a text was found in is remembered only as long as it is true. RFC 9051 §6.4.4"""

from __future__ import annotations

from world import Client, World, on_both


def found(client: Client, keys: str) -> list[bytes]:
    (line,) = [one for one in client.ok(f"UID SEARCH {keys}") if one.startswith(b"* SEARCH")]
    return line.split()[2:]


@on_both
def test_texts_after_everything_that_can_happen(world: World) -> None:
    client, other = world.login("an"), world.login("an")
    for number in range(4):
        client.append(b"Subject: tim %d\r\n\r\ntrong thu\r\n" % number)
    client.ok("SELECT INBOX")
    other.ok("SELECT INBOX")
    for _ in range(2):
        assert found(client, "SUBJECT tim") == [b"1", b"2", b"3", b"4"]
        assert found(client, "TEXT trong SEEN") == []
    other.ok("STORE 2 +FLAGS.SILENT (\\Seen \\Deleted)")
    assert found(client, "TEXT trong SEEN") == [b"2"]
    other.ok("EXPUNGE")
    client.ok("NOOP")
    assert found(client, "SUBJECT tim") == [b"1", b"3", b"4"]
    client.append(b"Subject: tim nua\r\n\r\n")
    client.ok("NOOP")
    assert found(client, "SUBJECT tim") == [b"1", b"3", b"4", b"5"]
    other.ok("NOOP")
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    other.ok("EXPUNGE")
    other.append(b"Subject: khac\r\n\r\n")  # as many as before, and not the same
    client.ok("NOOP")
    assert found(client, "SUBJECT tim") == [b"3", b"4", b"5"]
    assert found(client, "SUBJECT khac") == [b"6"]


def test_a_mailbox_made_anew_is_another_one(world: World) -> None:
    client = world.login("an")
    for subject in (b"tim", b"khac"):
        client.ok("CREATE Tam")
        client.append(b"Subject: %b\r\n\r\n" % subject, "Tam")
        client.ok("SELECT Tam")
        assert found(client, "SUBJECT tim") == ([b"1"] if subject == b"tim" else [])
        client.ok("UNSELECT")
        client.ok("DELETE Tam")


def test_every_person_and_field_by_itself(world: World) -> None:
    an, binh = world.login("an"), world.login("binh")
    an.append(b"Subject: tim\r\nFrom: a@x\r\n\r\n")
    binh.append(b"Subject: a\r\nFrom: tim@x\r\n\r\n")
    for client, subject, sender in ((an, [b"1"], []), (binh, [], [b"1"])):
        client.ok("SELECT INBOX")
        assert (found(client, "SUBJECT tim"), found(client, "FROM tim")) == (subject, sender)
