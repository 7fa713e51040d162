"""Two letters, one document: same bytes, or same number, notation, organisation and year (Appendix VI III.1.h)."""

from collections.abc import Iterable

from mailsvc.vietnamese.fold import fold

from .number import folded
from .proposal import Proposal


def duplicate_keys(files: Iterable[str], proposal: Proposal | None) -> tuple[str, ...]:
    """Keys to compare for equality: `sha256:…` of each main file (hex digests are given), then `number:…` when the
    proposal has number, notation, organisation and year."""
    keys = [f"sha256:{digest.lower()}" for digest in dict.fromkeys(files)]
    if proposal is not None:
        number = number_key(proposal.code, proposal.issuer, proposal.year)
        keys += [number] if number else []
    return tuple(keys)


def number_key(code: str, issuer: str, year: str) -> str:
    """`number:2456-sgddt-gdtrh:so giao duc va dao tao tay ninh:2026`, empty unless all three are known."""
    number = folded(code).lstrip("0")
    organisation = " ".join(fold(issuer).replace("-", " ").split())
    return f"number:{number}:{organisation}:{year}" if number and organisation and year else ""
