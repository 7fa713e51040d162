"""Paragraph properties of a Word file after its styles: alignment, bold, italic, capitals."""

from dataclasses import dataclass, replace

from lxml import etree

from .package import WORD

_DEPTH = 12  # a chain of styles longer than this is a circle


@dataclass(frozen=True, slots=True)
class Look:
    """None where nothing is said."""

    align: str | None = None
    bold: bool | None = None
    italic: bool | None = None
    caps: bool | None = None
    hidden: bool | None = None
    listed: bool | None = None

    def over(self, below: "Look") -> "Look":
        """This look where it speaks, the other where it is silent."""
        return Look(
            self.align if self.align is not None else below.align,
            self.bold if self.bold is not None else below.bold,
            self.italic if self.italic is not None else below.italic,
            self.caps if self.caps is not None else below.caps,
            self.hidden if self.hidden is not None else below.hidden,
            self.listed if self.listed is not None else below.listed,
        )


def _switch(properties: etree._Element | None, name: str) -> bool | None:
    found = properties.find(WORD + name) if properties is not None else None
    if found is None:
        return None
    return found.get(WORD + "val", "1").lower() not in ("0", "false", "off", "none")


def run_look(properties: etree._Element | None) -> Look:
    """What a w:rPr says itself."""
    return Look(
        bold=_switch(properties, "b"),
        italic=_switch(properties, "i"),
        caps=_switch(properties, "caps"),
        hidden=_switch(properties, "vanish"),
    )


def paragraph_look(properties: etree._Element | None) -> Look:
    """What a w:pPr says itself."""
    if properties is None:
        return Look()
    align = properties.find(WORD + "jc")
    numbering = properties.find(WORD + "numPr")
    return replace(
        Look(),
        align=align.get(WORD + "val") if align is not None else None,
        listed=numbering is not None or None,
    )


class Styles:
    """The styles part, resolved on demand."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._known: dict[str, Look] = {}
        self.default = ""
        for style in root.iter(WORD + "style") if root is not None else ():
            name = style.get(WORD + "styleId") or ""
            self._elements[name] = style
            if style.get(WORD + "type") == "paragraph" and style.get(WORD + "default") in ("1", "true"):
                self.default = name

    def look(self, name: str, depth: int = 0) -> Look:
        """The look a style gives, with all it is based on."""
        if name in self._known:
            return self._known[name]
        style = self._elements.get(name)
        if style is None or depth > _DEPTH:
            return Look()
        own = run_look(style.find(WORD + "rPr")).over(paragraph_look(style.find(WORD + "pPr")))
        base = style.find(WORD + "basedOn")
        look = own.over(self.look(base.get(WORD + "val") or "", depth + 1)) if base is not None else own
        self._known[name] = look
        return look
