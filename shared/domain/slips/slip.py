"""A slip as lines of meaning: what each line may be, how it is kept in a job's row, and how a copy says that it is one.

Columns, dots and bytes are the printer's business; what stands on which slip is said in `slip_visitor`, `slip_file`
and `slip_printer`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol, TypeAlias

from shared.domain.errors import Invalid
from shared.domain.identity import without_nik


class SlipWords(Protocol):
    """The words of the language in which a slip speaks, by key, and its dates."""

    @property
    def language(self) -> str: ...

    def __call__(self, key: str, /, **facts: object) -> str: ...

    def day(self, on: date, /) -> str: ...

    def moment(self, at: datetime, /) -> str: ...


Align = Literal["left", "center", "right"]
Part = Literal["", "label", "service", "band", "code", "small"]
"""What a text is on a slip that is drawn: the line over the number, the service, a black band, a code that can be
typed, small print. "" is an ordinary line."""


@dataclass(frozen=True, slots=True)
class Text:
    """SlipWords in `size` 1..8, or the largest below it at which they fit; `tall` doubles the height alone."""

    text: str
    size: int = 1
    bold: bool = False
    align: Align = "left"
    tall: bool = False
    inverse: bool = False
    part: Part = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A label at the left edge and its value at the right one."""

    left: str
    right: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A box to tick and what it stands for; longer text hangs under its beginning."""

    text: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code of `data`, about `width_mm` wide, in the middle."""

    data: str
    width_mm: int = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    double: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Empty paper, in dots of 1/8 mm."""

    dots: int = 16


@dataclass(frozen=True, slots=True)
class Blank:
    """A dotted line to write on, with a label before it."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """The place of the office's picture; nothing when the office has none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The slip ends here."""


Row: TypeAlias = "dict[str, object]"
"""A line as it is kept in the row of a print job."""
Line = Text | Pair | Item | QR | Rule | Space | Blank | Logo | Cut

_KINDS: dict[str, type[Line]] = {
    kind.__name__.lower(): kind for kind in (Text, Pair, Item, QR, Rule, Space, Blank, Logo, Cut)
}


_NAMES = {kind: name for name, kind in _KINDS.items()}
_USUAL = {kind: [(field.name, field.default) for field in fields(kind)] for kind in _NAMES}


def as_copy(lines: Sequence[Line], reason: str, words: SlipWords) -> list[Line]:
    """The same slip marked as a copy (SALINAN) at head and foot of each piece, so that a torn one still says so."""
    copied: list[Line] = []
    is_start = True
    for line in lines:
        if is_start:
            copied += [Text(words("slip.copy"), size=2, bold=True, align="center", inverse=True)]
            copied += [Text(words("slip.printed_again", reason=without_nik(reason)), align="center"), Space()]
        if isinstance(line, Cut):
            copied.append(Text(words("slip.copy"), align="center", inverse=True))
        copied.append(line)
        is_start = isinstance(line, Cut)
    return copied


def to_json(lines: Iterable[Line]) -> list[Row]:
    """The lines as plain lists and dicts, for the row of a print job; what is as usual is left out."""
    return [
        {"kind": _NAMES[type(line)]}
        | {name: value for name, usual in _USUAL[type(line)] if (value := getattr(line, name)) != usual}
        for line in lines
    ]


def to_texts(lines: Sequence[Line]) -> list[str]:
    """The same as JSON between its brackets: what is on every slip is written so once. None for no lines."""
    return [json.dumps(to_json(lines))[1:-1]] if lines else []


def typed_instead(code: str | None, words: SlipWords) -> list[Line]:
    """The six signs that stand under a QR code, for whoever cannot scan it."""
    return [Text(words("slip.code", code=code), size=2, align="center", part="code")] if code else []


def without_address(lines: Iterable[Line]) -> list[Line]:
    """The lines without their QR codes, and without the codes that are typed instead."""
    return [each for each in lines if not isinstance(each, QR) and not (isinstance(each, Text) and each.part == "code")]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines that `to_json` wrote; raises `Invalid("slip")` for anything else."""
    lines: list[Line] = []
    for row in rows:
        values = dict(row)
        try:
            lines.append(_KINDS[values.pop("kind")](**values))
        except (KeyError, TypeError):
            raise Invalid("slip", fields=["lines"]) from None
    return lines


def public(lines: Sequence[Line]) -> list[Line]:
    """The lines with every NIK blacked out: nobody means to write one here, and free text comes from many hands."""
    return [_without_nik(line) for line in lines]


def _without_nik(line: Line) -> Line:
    if isinstance(line, (Text, Item)):
        text = without_nik(line.text)
        return line if text == line.text else replace(line, text=text)
    if isinstance(line, Pair):
        left, right = without_nik(line.left), without_nik(line.right)
        return line if (left, right) == (line.left, line.right) else replace(line, left=left, right=right)
    return line
