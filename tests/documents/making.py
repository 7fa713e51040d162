"""Documents made for tests: one description, rendered as Word or PDF in the layouts that real offices use."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
SLOGAN = "Độc lập - Tự do - Hạnh phúc"
PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACES = (
    f'xmlns:w="{_W}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


@dataclass(frozen=True)
class Paper:
    """A document to print. superior, issuer, brief, subject, signature: printed lines."""

    number: str
    date: str
    issuer: tuple[str, ...]
    superior: tuple[str, ...] = ()
    title: str = ""
    subject: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    urgency: str = ""
    recipients: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    copies: tuple[str, ...] = ("- Như trên;", "- Lưu: VT.")
    signature: tuple[str, ...] = ()
    party: bool = False
    motto: str = MOTTO
    after: tuple[str, ...] = ()
    expected: dict[str, Any] = field(default_factory=dict)

    @property
    def left(self) -> list[tuple[str, bool]]:
        """The left column over the number: text and bold."""
        lines = [(line, False) for line in self.superior] + [(line, True) for line in self.issuer]
        return [*lines, ("*", False)] if self.party else lines

    @property
    def right(self) -> list[tuple[str, bool]]:
        return [(PARTY, True)] if self.party else [(self.motto, True), (SLOGAN, True)]


def paragraph(text: str, align: str = "left", bold: bool = False, italic: bool = False) -> str:
    runs = "".join(
        f"<w:r><w:rPr>{'<w:b/>' * bold}{'<w:i/>' * italic}</w:rPr>"
        + ("<w:tab/>" if piece == "\t" else f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
        + "</w:r>"
        for piece in _split_tabs(text)
    )
    return f'<w:p><w:pPr><w:jc w:val="{align}"/></w:pPr>{runs}</w:p>'


def _split_tabs(text: str) -> list[str]:
    pieces: list[str] = []
    for number, part in enumerate(text.split("\t")):
        pieces += ["\t"] if number else []
        # Two runs of one font, as Word writes them after every correction.
        pieces += [part[: len(part) // 2], part[len(part) // 2 :]] if len(part) > 6 else [part]
    return [piece for piece in pieces if piece]


def table(rows: Sequence[Sequence[str]]) -> str:
    cells = "".join("<w:tr>" + "".join(f"<w:tc>{cell or '<w:p/>'}</w:tc>" for cell in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{cells}</w:tbl>"


def package(body: str, extra: dict[str, str] | None = None) -> bytes:
    """A .docx with this body."""
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": f'<?xml version="1.0"?><w:document {_SPACES}><w:body>{body}</w:body></w:document>',
        **(extra or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def _body(paper: Paper) -> str:
    parts: list[str] = []
    if paper.title:
        parts.append(paragraph(paper.title, "center", bold=True))
        parts += [paragraph(line, "center", bold=True) for line in paper.subject]
    if len(paper.recipients) == 1:
        parts.append(paragraph("Kính gửi: " + paper.recipients[0], "center"))
    elif paper.recipients:
        parts.append(paragraph("Kính gửi:"))
        last = len(paper.recipients) - 1
        parts += [paragraph(f"- {name}{'.' if n == last else ';'}") for n, name in enumerate(paper.recipients)]
    parts += [paragraph(text, "both", italic=text.startswith("Căn cứ")) for text in paper.body]
    return "".join(parts)


def _after(paper: Paper) -> str:
    return "".join(paragraph(line, "center") for line in paper.after)


def _signature_table(paper: Paper) -> str:
    left = paragraph("Nơi nhận:", bold=True, italic=True) + "".join(paragraph(line) for line in paper.copies)
    right = "".join(paragraph(line, "center", bold=True) for line in paper.signature[:-1])
    right += paragraph("", "center") * 3 + paragraph(paper.signature[-1], "center", bold=True)
    return table([[left, right]])


def _centred(lines: Sequence[tuple[str, bool]]) -> str:
    return "".join(paragraph(text, "center", bold) for text, bold in lines)


def _brief_lines(paper: Paper) -> str:
    return "".join(paragraph(line, "center") for line in paper.brief)


def docx_table(paper: Paper) -> bytes:
    """Two rows, two cells: the usual template."""
    mark = paragraph(paper.urgency, "center", bold=True) if paper.urgency else ""
    head = table(
        [
            [_centred(paper.left), _centred(paper.right)],
            [
                paragraph(paper.number, "center") + _brief_lines(paper) + mark,
                paragraph(paper.date, "center", italic=True),
            ],
        ]
    )
    return package(head + _body(paper) + _signature_table(paper) + _after(paper))


def docx_one_row(paper: Paper) -> bytes:
    """All of each column in one cell."""
    left = (
        _centred(paper.left) + paragraph("-------", "center") + paragraph(paper.number, "center") + _brief_lines(paper)
    )
    right = (
        _centred(paper.right) + paragraph("---------------", "center") + paragraph(paper.date, "center", italic=True)
    )
    mark = paragraph(paper.urgency, bold=True) if paper.urgency else ""
    return package(table([[left, right]]) + mark + _body(paper) + _signature_table(paper) + _after(paper))


def docx_tabs(paper: Paper) -> bytes:
    """No tables: each line of the head holds the left half, tabs, the right half."""
    lines = _pairs([text for text, _ in paper.left], [text for text, _ in paper.right])
    head = "".join(paragraph(f"{left}\t\t{right}" if right else left, bold=True) for left, right in lines)
    head += paragraph(f"{paper.number}\t\t{paper.date}")
    head += "".join(paragraph(line) for line in paper.brief)
    head += paragraph(paper.urgency, bold=True) if paper.urgency else ""
    pairs = _pairs(["Nơi nhận:", *paper.copies], [*paper.signature[:-1], "", paper.signature[-1]])
    foot = "".join(paragraph(f"{left}\t\t\t{right}" if right else left) for left, right in pairs)
    return package(head + _body(paper) + foot + _after(paper))


def docx_blanks(paper: Paper) -> bytes:
    """The halves kept apart by rows of blanks."""
    lines = _pairs([text for text, _ in paper.left], [text for text, _ in paper.right])
    head = "".join(paragraph(f"  {left}{' ' * 12}{right}" if right else left) for left, right in lines)
    head += paragraph(f"{paper.number}{' ' * 14}{paper.date}")
    head += "".join(paragraph(line) for line in paper.brief)
    head += paragraph(paper.urgency, bold=True) if paper.urgency else ""
    pairs = _pairs(["Nơi nhận:", *paper.copies], [*paper.signature[:-1], "", paper.signature[-1]])
    foot = "".join(paragraph(f"{left}{' ' * 20}{right}" if right else left) for left, right in pairs)
    return package(head + _body(paper) + foot + _after(paper))


def docx_boxes(paper: Paper) -> bytes:
    """Each half of the head in a text box, twice in the file (DrawingML and its VML fallback)."""
    left = _centred(paper.left) + paragraph(paper.number, "center") + _brief_lines(paper)
    left += paragraph(paper.urgency, "center", bold=True) if paper.urgency else ""
    right = _centred(paper.right) + paragraph(paper.date, "center", italic=True)
    return package(_box(left, 100000) + _box(right, 3000000) + _body(paper) + _signature_table(paper) + _after(paper))


def _box(content: str, offset: int) -> str:
    return (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:positionH>'
        f"<wp:posOffset>{offset}</wp:posOffset></wp:positionH><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>"
        f"{content}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


def docx_column(paper: Paper) -> bytes:
    """Everything under one another: what converters and web pages give."""
    head = _centred(paper.left) + paragraph(paper.number, "center") + _centred(paper.right)
    head += paragraph(paper.date, "center", italic=True) + _brief_lines(paper)
    head += paragraph(paper.urgency, "center", bold=True) if paper.urgency else ""
    foot = paragraph("Nơi nhận:") + "".join(paragraph(line) for line in paper.copies)
    foot += "".join(paragraph(line, "center", bold=True) for line in paper.signature)
    return package(head + _body(paper) + foot + _after(paper))


def _pairs(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    size = max(len(left), len(right))
    return list(zip([*left, *[""] * (size - len(left))], [*right, *[""] * (size - len(right))], strict=True))


DOCX_LAYOUTS: dict[str, Callable[[Paper], bytes]] = {
    "table": docx_table,
    "one-row": docx_one_row,
    "tabs": docx_tabs,
    "blanks": docx_blanks,
    "boxes": docx_boxes,
    "column": docx_column,
}


def fonts() -> tuple[Path, Path] | None:
    """A regular and a bold font with Vietnamese letters, None when the machine has none."""
    for folder in (Path("/usr/share/fonts"), Path("/usr/local/share/fonts")):
        for regular, bold in (
            ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
            ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        ):
            first, second = next(folder.rglob(regular), None), next(folder.rglob(bold), None)
            if first is not None and second is not None:
                return first, second
    return None


def wrap(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line
