"""The files of a letter as documents: the PDF and its Word original are one, a spreadsheet is an annex."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailsvc.message.attachments import Attachment
from mailsvc.message.filetypes import extension
from mailsvc.vietnamese.fold import fold

from .number import folded
from .proposal import Proposal
from .reading import Reading
from .screen import looks_official

_ANNEX_KINDS = ("xls", "xlsx", "xlsm", "csv", "ods", "ppt", "pptx", "doc", "docx", "rtf", "odt", "pdf")
_KEPT_ROLES = ("container", "inline", "signature", "calendar", "edxml", "blocked", "damaged")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a letter. files: paths, the main file first. proposal None when no file could be read."""

    files: tuple[str, ...]
    proposal: Proposal | None


@dataclass(slots=True)
class _Group:
    main: Attachment
    scan: Attachment | None = None
    original: Attachment | None = None
    proposal: Proposal | None = None

    def files(self) -> tuple[str, ...]:
        members = [self.main, self.scan, self.original]
        return tuple(dict.fromkeys(one.path for one in members if one is not None))


def arrange(
    files: Sequence[Attachment], readings: Mapping[str, Reading], candidates: Sequence[str]
) -> tuple[tuple[Document, ...], dict[str, str]]:
    """Documents in the order of the files, and the role of each file by path."""
    wanted = [file for file in files if file.path in candidates]
    groups = _read_ones(wanted, readings)
    _add_unread(wanted, readings, groups)
    roles = {file.path: _other_role(file, bool(groups)) for file in files}
    for group in groups:
        _name_roles(group, roles)
    documents = tuple(Document(group.files(), group.proposal) for group in groups)
    return documents, roles


def _read_ones(files: Sequence[Attachment], readings: Mapping[str, Reading]) -> list[_Group]:
    """Groups of the files that were read as documents; the same number and notation, or the same stem, is one."""
    groups: list[_Group] = []
    for file in files:
        proposal = readings.get(file.path, Reading()).proposal
        if proposal is None or proposal.annex_of:
            continue
        group = next((one for one in groups if _is_same(one, file, proposal)), None)
        if group is None:
            groups.append(_Group(file, proposal=proposal))
        elif _is_pdf(file) and not _is_pdf(group.main):
            group.original, group.main, group.proposal = group.main, file, proposal
        elif group.original is None and not _is_pdf(file) and _is_pdf(group.main):
            group.original = file  # any further file of the same number stays an annex
    numbered = [group for group in groups if group.proposal is not None and group.proposal.code]
    # Beside a document with a number, a head without one is a form to be filled in.
    return [group for group in groups if not numbered or group in numbered or _is_dated(group)]


def _is_dated(group: _Group) -> bool:
    return group.proposal is not None and bool(group.proposal.issue_date)


def _is_same(group: _Group, file: Attachment, proposal: Proposal) -> bool:
    if group.proposal is None:
        return False
    if group.proposal.code and proposal.code:
        same_issuer = not (group.proposal.issuer and proposal.issuer) or group.proposal.issuer == proposal.issuer
        return folded(group.proposal.code) == folded(proposal.code) and same_issuer
    return _is_pdf(file) != _is_pdf(group.main) and _stem(group.main.name) == _stem(file.name)


def _add_unread(files: Sequence[Attachment], readings: Mapping[str, Reading], groups: list[_Group]) -> None:
    """Scans and old files go with the Word file of the same document, else they stand for themselves."""
    unread = [file for file in files if _is_unread(readings.get(file.path), file)]
    for file in unread:
        group = _partner(file, groups, len(unread))
        if group is not None:
            group.scan, group.original = file, group.original or group.main
        elif not groups or looks_official(file.name):
            groups.append(_Group(file, scan=file if _is_pdf(file) else None))


def _is_unread(reading: Reading | None, file: Attachment) -> bool:
    if reading is not None and reading.damaged:
        return False
    if reading is None or not reading.kind:
        return extension(file.name) in ("doc", "rtf", "odt") and looks_official(file.name)
    return reading.proposal is None and not reading.has_text


def _partner(file: Attachment, groups: Sequence[_Group], unread: int) -> _Group | None:
    free = [group for group in groups if group.scan is None and not _is_pdf(group.main)]
    if not _is_pdf(file):
        return None
    named = [group for group in free if _stem(group.main.name) == _stem(file.name) or _has_number(file, group)]
    if named:
        return named[0]
    return free[0] if len(free) == 1 and unread == 1 else None


def _has_number(file: Attachment, group: _Group) -> bool:
    """The scan's name holds the number and notation of the document."""
    code = folded(group.proposal.code) if group.proposal is not None else ""
    return bool(code) and f"-{code}-" in f"-{folded(file.name)}-"


def _name_roles(group: _Group, roles: dict[str, str]) -> None:
    roles[group.main.path] = "main"
    if group.scan is not None:
        roles[group.scan.path] = "scan"
    if group.original is not None:
        roles[group.original.path] = "original"


def _other_role(file: Attachment, has_document: bool) -> str:
    if file.role in _KEPT_ROLES:
        return file.role
    kind = extension(file.name)
    if kind in ("xls", "xlsx", "xlsm", "csv", "ods"):
        return "annex"
    return "annex" if has_document and kind in _ANNEX_KINDS else "other"


def _is_pdf(file: Attachment) -> bool:
    return extension(file.name) == "pdf" or file.content_type == "application/pdf"


def _stem(name: str) -> str:
    """The name without extension and without what programs add to copies."""
    stem = re.sub(r"\.[^.]{1,5}$", "", fold(name))
    stem = re.sub(r"[\s_.-]*(?:\(\d+\)|signed|da ky|ky so|kyso|ban ky|scan)+$", "", stem)
    return re.sub(r"[\W_]+", " ", stem).strip()
