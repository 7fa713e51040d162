"""Opening a Word file safely: it is a zip from a stranger, holding XML from a stranger."""

import io
import zipfile
import zlib

from lxml import etree

from .layout import Unreadable

PART_LIMIT = 24 * 1024 * 1024  # bytes of one XML part after inflating
RATIO_LIMIT = 400  # inflated / packed, beyond the first megabyte
ENTRY_LIMIT = 4000

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class Package:
    """The parts of one .docx. Raises Unreadable."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Unreadable("not a zip file") from error
        if len(self._zip.infolist()) > ENTRY_LIMIT:
            raise Unreadable("too many entries")

    def names(self) -> list[str]:
        return self._zip.namelist()

    def root(self, name: str) -> etree._Element | None:
        """The parsed XML part, None when there is none. No entity, no DTD and no network, ever."""
        data = self._read(name)
        if data is None:
            return None
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
            raise Unreadable("document type declaration")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Unreadable("broken XML") from error

    def _read(self, name: str) -> bytes | None:
        try:
            entry = self._zip.getinfo(name)
        except KeyError:
            return None
        if entry.file_size > PART_LIMIT or entry.flag_bits & 1:
            raise Unreadable("part too large or encrypted")
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(PART_LIMIT + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise Unreadable("damaged part") from error
        if len(data) > PART_LIMIT or len(data) > (1 << 20) + RATIO_LIMIT * max(entry.compress_size, 1):
            raise Unreadable("part inflates beyond measure")
        return data
