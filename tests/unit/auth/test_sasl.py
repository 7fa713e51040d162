"""SASL machines: the RFC's example exchanges, refusals, and anything a client may send."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scram_client import client_final

from mailsvc.auth import sasl, scram
from mailsvc.auth.sasl import Challenge, Done, Failed, PasswordProof, ScramProof, Wanted

# The exchange of RFC 7677 §3.
NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SALT = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
KEYS = scram.derive_keys("pencil", salt=SALT, iterations=4096)
FIRST = b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
FINAL = b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="


def test_scram_example_of_the_rfc() -> None:
    machine = sasl.Scram(nonce=SERVER_NONCE)
    assert machine.step(FIRST) == Wanted("user")
    assert machine.supply(KEYS) == Challenge(
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    assert machine.step(FINAL) == Challenge(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    assert machine.step(b"") == Done("user", "", ScramProof())


def test_scram_without_initial_response_asks_for_one() -> None:
    machine = sasl.Scram(nonce=SERVER_NONCE)
    assert machine.step(None) == Challenge(b"")
    assert machine.step(FIRST) == Wanted("user")
    assert isinstance(machine.step(None), Failed)


def test_scram_wrong_password_counts_as_a_guess() -> None:
    machine = sasl.Scram(nonce=SERVER_NONCE)
    machine.step(FIRST)
    first = machine.supply(KEYS)
    assert isinstance(first, Challenge)
    assert machine.step(client_final(first.data, FIRST, "pencils")) == Failed("invalid-proof", True, "user")
    assert isinstance(machine.step(FINAL), Failed)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (b"p=tls-unique,,n=user,r=abc", "channel-binding-not-supported"),
        (b"x,,n=user,r=abc", "malformed gs2-cbind-flag"),
        (b"n,b=x,n=user,r=abc", "malformed authzid"),
        (b"n,,m=x,n=user,r=abc", "extensions-not-supported"),
        (b"n,,n=user,r=abc,m=x", "extensions-not-supported"),
        (b"n,,n=us=er,r=abc", "invalid-username-encoding"),
        (b"n,,n=,r=abc", "invalid-username-encoding"),
        (b"n,,n=\xc2\x80,r=abc", "invalid-username-encoding"),
        (b"n,,n=user,r=", "malformed nonce"),
        (b"n,,n=user,r=a\x01", "malformed nonce"),
        (b"n,,n=user", "malformed client-first-message-bare"),
        (b"n,,n=user,r=abc,", "malformed extension"),
        (b"\xff\xfe", "malformed client-first-message"),
        (b"n,a=other,n=user,r=abc", "authorization identity differs"),
    ],
)
def test_scram_refuses_first_message(first: bytes, reason: str) -> None:
    step = sasl.Scram().step(first)
    assert isinstance(step, Failed)
    assert step.reason == reason
    assert not step.guessed


@pytest.mark.parametrize("first", [b"y,,n=user,r=abc", b"n,a=user,n=user,r=abc", b"n,,n=user,r=abc,x=ignored"])
def test_scram_accepts_first_message(first: bytes) -> None:
    header = first[: first.index(b",", 2) + 1]
    machine = sasl.Scram()
    assert machine.step(first) == Wanted("user")
    challenge = machine.supply(KEYS)
    assert isinstance(challenge, Challenge)
    assert isinstance(machine.step(client_final(challenge.data, first, "pencil", header=header)), Challenge)
    assert isinstance(machine.step(b""), Done)


def test_scram_unescapes_the_name() -> None:
    assert sasl.Scram().step(b"n,,n=a=2Cb=3Dc,r=abc") == Wanted("a,b=c")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ((b"c=biws", b"c=eSws"), "channel-bindings-dont-match"),
        ((b"k0,p", b"k1,p"), "the nonce is not ours"),
        ((b"c=biws,", b""), "malformed client-final-message"),
        ((b",p=", b",q="), "malformed client-final-message"),
        ((b"p=dHzb", b"p=d*zb"), "invalid-encoding"),
        ((b",p=", b",m=x,p="), "extensions-not-supported"),
    ],
)
def test_scram_refuses_final_message(damage: tuple[bytes, bytes], reason: str) -> None:
    machine = sasl.Scram(nonce=SERVER_NONCE)
    machine.step(FIRST)
    machine.supply(KEYS)
    step = machine.step(FINAL.replace(*damage))
    assert isinstance(step, Failed)
    assert step.reason == reason


def test_scram_plus_binds_to_the_certificate() -> None:
    binding, first, header = b"\x01" * 32, b"p=tls-server-end-point,,n=user,r=abc", b"p=tls-server-end-point,,"
    for data, right in ((binding, True), (b"\x02" * 32, False)):
        machine = sasl.machine("scram-sha-256-plus", binding=binding)
        assert machine is not None
        assert machine.step(first) == Wanted("user")
        challenge = machine.supply(KEYS)
        assert isinstance(challenge, Challenge)
        step = machine.step(client_final(challenge.data, first, "pencil", header=header, data=data))
        assert isinstance(step, Challenge if right else Failed)


@pytest.mark.parametrize("first", [b"y,,n=user,r=abc", b"n,,n=user,r=abc", b"p=tls-unique,,n=user,r=abc"])
def test_scram_plus_refuses_a_client_that_does_not_bind(first: bytes) -> None:
    assert isinstance(sasl.Scram(binding=b"\x01" * 32).step(first), Failed)


def test_plain() -> None:
    assert sasl.Plain().step("\0huệ\0mật khẩu".encode()) == Done("huệ", "", PasswordProof("mật khẩu"))
    assert sasl.Plain().step(b"tim\0tim\0secret") == Done("tim", "tim", PasswordProof("secret"))
    asked = sasl.Plain()
    assert asked.step(None) == Challenge(b"")
    assert isinstance(asked.step(b"\0tim\0secret"), Done)


def test_plain_takes_255_octets_of_each() -> None:
    name = "a" * 255  # RFC 4616 §2
    assert sasl.Plain().step(f"{name}\0{name}\0{name}".encode()) == Done(name, name, PasswordProof(name))


@pytest.mark.parametrize(
    "message",
    [b"", b"\0\0", b"\0tim\0", b"\0\0secret", b"tim\0secret", b"\0a\0b\0c", b"\0t\xff\0s", b"\0t\0" + b"p" * 9000],
)
def test_plain_refuses(message: bytes) -> None:
    assert sasl.Plain().step(message) == Failed("malformed PLAIN message")


def test_plain_refuses_another_authorization_identity() -> None:
    step = sasl.Plain().step(b"Ursel\0Kurt\0xipj3plmq")  # RFC 4616 §4
    assert isinstance(step, Failed)
    assert "authorization" in step.reason


def test_login() -> None:
    machine = sasl.Login()
    assert machine.step(None) == Challenge(b"Username:")
    assert machine.step(b"tim") == Challenge(b"Password:")
    assert machine.step(b"secret") == Done("tim", "", PasswordProof("secret"))


def test_login_with_initial_response() -> None:
    machine = sasl.Login()
    assert machine.step(b"tim") == Challenge(b"Password:")
    assert isinstance(machine.step(None), Failed)
    assert isinstance(sasl.Login().step(b""), Failed)


def test_machines_by_name() -> None:
    for name in sasl.MECHANISMS:
        found = sasl.machine(name.lower())
        assert found is not None
        assert found.name == name
    assert sasl.machine("CRAM-MD5") is None
    assert sasl.machine("SCRAM-SHA-256-PLUS") is None


def test_secrets_stay_out_of_representations() -> None:
    assert "geheim" not in repr(sasl.Plain().step(b"\0tim\0geheim"))
    assert repr(KEYS.stored_key) not in repr(KEYS)


noise = st.one_of(
    st.none(),
    st.binary(max_size=80),
    st.text(alphabet="nypa=,rcm2C3D\0biws+/é", max_size=60).map(str.encode),
    st.sampled_from([FIRST, FINAL, b"", b"\0a\0b", b"*"]),
)


@given(st.sampled_from(sasl.MECHANISMS), st.lists(st.one_of(noise, st.just("supply")), max_size=6))
def test_nothing_a_client_sends_raises(name: str, script: list[bytes | str | None]) -> None:
    machine = sasl.machine(name)
    assert machine is not None
    for item in script:
        step = machine.supply(KEYS) if isinstance(item, str) else machine.step(item)
        assert isinstance(step, Challenge | Wanted | Done | Failed)
        if isinstance(step, Done):
            assert step.authcid
