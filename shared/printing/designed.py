"""A slip in its designed form: the same lines, of which some become pictures and some stand closer together.

What whoever reads the bytes must find stays typed: the number, how many wait, what to do when it was missed, what to
bring, that it is free, and the office where it has no picture. Drawn are the head with the picture, the number, the
code with the words beside it, and the small print.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

from shared.domain.slips.slip import QR, Cut, Item, Line, Logo, Pair, Part, Rule, Space, Text
from shared.printing.drawn import GAP_DOTS, Wording, at_left, beside, column, fits, number, rule, stacked

if TYPE_CHECKING:
    from PIL import Image

NUMBER_SIZE = 8
"""Of the one text on a slip that is a queue number."""
BETWEEN = " \N{MIDDLE DOT} "
SMALL, ORDINARY, STRONG = 17, 21, 25
"""Sizes of letters in dots; their capitals are two thirds of it, 8 dots a millimetre."""
NARROW_COLUMNS = 32
"""Of paper of 58 mm, on which a number slip has no room for ordinary words beside its code."""
LEAST = 18
"""Down to which size ordinary words shrink where that spares a line."""

_SELF_EVIDENT = re.compile(r"[^:]+: (\S+@\S+|[a-z][\w-]*(?:\.[\w-]+)+)$")
"""An e-mail address or a site, which needs no word before it; "Instagram: @kecamatan.id" and a telephone do."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as wide as the paper."""

    picture: Image.Image


@dataclass(frozen=True, slots=True)
class Fine:
    """A line that is typed in small letters, where the printer has them."""

    line: Item | Text


def designed(
    lines: Sequence[Line], width_dots: int, columns: int, logo: Image.Image | None = None
) -> list[Line | Drawn | Fine]:
    """The lines of a slip for a printer that takes pictures; `logo`: the office's picture, black and white."""
    sheet = _Sheet(lines, width_dots, columns, logo)
    while sheet.rest:
        sheet.take_one()
    return sheet.made


def is_number(lines: Sequence[Line]) -> bool:
    """Whether it is the slip of a queue number, of which a roll shall hold many."""
    return any(isinstance(line, Text) and line.size == NUMBER_SIZE for line in lines)


class _Sheet:
    """`rest`: the lines still to be set, the next one first; `made`: those that are."""

    def __init__(self, lines: Sequence[Line], width_dots: int, columns: int, logo: Image.Image | None) -> None:
        self.rest, self.made = list(lines), list[Line | Drawn | Fine]()
        self._width, self._columns, self._logo = width_dots, columns, logo
        self._is_number = is_number(lines)
        self._is_narrow = self._is_number and columns <= NARROW_COLUMNS
        self._where: list[Wording] = []
        self._facts: list[Wording] = []
        """What is said beside the code that follows: before its own words, and after them."""

    def take_one(self) -> None:
        match line := self.rest.pop(0):
            case Logo():
                self._head()
            case Text(size=8):
                self._number(line)
            case Text(part="label"):
                self._label(line)
            case Text(part="service"):
                in_one = Wording(line.text, STRONG, 700, least=STRONG - 3)
                self._draw(in_one if fits(in_one, self._width) else replace(in_one, size=in_one.least), is_centred=True)
            case Text(part="small"):
                self.rest.insert(0, line)
                self._small_print()
            case Text(part="band"):
                self.made.append(replace(line, text=_as_wide_as(self._columns, line.text), tall=False, inverse=True))
            case QR():
                self._code(line)
            case Item() if self._is_number:
                self.made.append(Fine(line))
            case Text(bold=True) if self._is_number and self.rest and isinstance(self.rest[0], Item):
                self.made.append(Fine(line))
            case Rule():
                self._rule()
            case Text(tall=True):
                self.made.append(replace(line, tall=False, size=2 if len(line.text) * 2 <= self._columns else 1))
            case _:
                self.made.append(line)

    def _draw(self, *said: Wording, is_centred: bool = False) -> None:
        self.made.append(Drawn(column(said, self._width, is_centred=is_centred)))

    def _texts(self, part: Part) -> list[Text]:
        """The ordinary texts of this part that stand next."""
        found = [each for each in takewhile(lambda line: _is_ordinary(line, part), self.rest) if isinstance(each, Text)]
        del self.rest[: len(found)]
        return found

    def _all(self, kind: type[T]) -> list[T]:
        """The lines of this kind that stand next."""
        found = list(takewhile(lambda each: isinstance(each, kind), self.rest))
        del self.rest[: len(found)]
        return [each for each in found if isinstance(each, kind)]

    def _head(self) -> None:
        """The picture with everything beside it; without one the office's name is typed and the rest is drawn.

        On a number slip that is also when the number was taken, and the service where it is shorter so.
        """
        said = self._texts("")
        if self._logo is None:
            for line in said:
                if line.bold:
                    self.made.append(replace(line, tall=False))
                else:
                    self._draw(Wording(line.text, SMALL), is_centred=True)
            return
        words = [Wording(line.text, 25, 700, 22) if line.bold else Wording(line.text, SMALL) for line in said]
        room = self._width - self._logo.width - GAP_DOTS
        service: list[Wording] = []
        if self._is_number and isinstance(self.rest[0], Rule):
            self.rest.pop(0)
            service = [Wording(line.text, STRONG, 700, STRONG - 3) for line in self._texts("service")]
            words += [Wording(each.text, SMALL) for each in self._moment()]
            self._texts("label")
        whole = at_left(self._logo, column((*words, *service), room), self._width)
        if service:
            parted = at_left(self._logo, column(tuple(words), room), self._width)
            parted = stacked(parted, column(tuple(service), self._width, is_centred=True))
            whole = min(whole, parted, key=lambda picture: picture.height)
        self.made.append(Drawn(whole))

    def _moment(self) -> list[Text]:
        """When the number was taken, which stands below it on the typed slip."""
        number = next((place for place, each in enumerate(self.rest) if isinstance(each, Text) and each.size == 8), 0)
        later = [each for each in self.rest[number + 1 : number + 2] if isinstance(each, Text) and each.part == "label"]
        self.rest = [each for each in self.rest if each not in later]
        return later

    def _label(self, line: Text) -> None:
        """Over the number, with the moment, unless that stands at the head."""
        later = self._moment()
        both = Wording(BETWEEN.join([line.text, *(each.text for each in later)]), ORDINARY, least=SMALL)
        moment = Wording(later[-1].text, ORDINARY, least=SMALL) if later else both
        self._draw(both if fits(both, self._width) else replace(moment, size=LEAST), is_centred=True)

    def _number(self, line: Text) -> None:
        """The number, and typed below it in small, with how many people are before it and for how long."""
        self.made.append(Drawn(number(line.text, self._width)))
        self._all(Rule)
        pairs = self._all(Pair)
        self.made += [Text(each, bold=True, align="center") for each in self._told(line.text, pairs)]
        self._where = [Wording(f"{each.left}: {each.right}", 24, 700) for each in pairs if not each.bold]

    def _told(self, label: str, pairs: Sequence[Pair]) -> list[str]:
        """People, wait and number in one line where it is wide enough, else with each wait in a line of its own.

        A line ends with the number, as on the typed slip.
        """
        said = [(f"{each.left}: {each.right}", each.right) for each in pairs if each.bold]
        if not said:
            return [label]
        people, waits = said[0][0], said[1:]
        short = (people, *(wait for _, wait in waits))
        for in_one in (BETWEEN.join((*short, label)), f"{', '.join(short)} {label}"):
            if len(in_one) <= self._columns:
                return [in_one]
        return [*(whole for whole, _ in waits), BETWEEN.join((people, label))]

    def _code(self, line: QR) -> None:
        """The code and at its right what stands below it on the typed slip; what is bold stays typed."""
        below: list[Text] = []
        where, facts = self._where, self._facts
        self._where, self._facts = [], []
        words: list[Wording] = []
        least = SMALL if self._is_number else LEAST
        while self.rest and (isinstance(self.rest[0], Space) or self._stands_beside(self.rest[0])):
            each = self.rest.pop(0)
            if isinstance(each, Text) and each.part == "code":
                words.append(Wording(each.text, STRONG - 2 if self._is_narrow else STRONG, 700))
            elif isinstance(each, Text) and each.part == "small":
                self.rest.insert(0, each)
                words.append(self._paragraph())
            elif isinstance(each, Text) and each.bold:
                below.append(each)
            elif isinstance(each, Text):
                words.append(Wording(each.text, SMALL if self._is_narrow else ORDINARY, least=least))
        self.made.append(Drawn(beside(line.data, [*where, *words, *facts], self._width)))
        self.made += below

    def _stands_beside(self, line: Line) -> bool:
        is_code = isinstance(line, Text) and line.part == "code"
        return is_code or (_is_ordinary(line, "", "small") and not (isinstance(line, Text) and line.tall))

    def _paragraph(self) -> Wording:
        """The small print that stands next, line after line as one paragraph."""
        first, *more = self._texts("small")
        said = first.text
        for line in more:
            text = f"{line.text}:" if line.bold else _SELF_EVIDENT.sub(r"\1", line.text.removeprefix("- "))
            said += (" " if said.endswith(":") else BETWEEN) + text
        return Wording(said, SMALL, least=SMALL - 1)

    def _small_print(self) -> None:
        paragraph = self._paragraph()
        if self._is_number and any(isinstance(each, QR) for each in self.rest[:2]):
            self._facts.append(paragraph)
        else:
            self._draw(paragraph)
            if self.rest and not isinstance(self.rest[0], Cut):
                self.made.append(Space(4))

    def _rule(self) -> None:
        """One between two parts, none where the slip begins, is a number or ends in its band."""
        self._all(Rule)
        if not self._is_number and self.rest and not (isinstance(self.rest[0], Text) and self.rest[0].part == "band"):
            self.made += [Space(4), Drawn(rule(self._width)), Space(4)]


def _is_ordinary(line: Line, *parts: Part) -> bool:
    return isinstance(line, Text) and line.size == 1 and not line.inverse and line.part in parts


def _as_wide_as(columns: int, text: str) -> str:
    """The text in the middle of a line that is inverse from edge to edge."""
    return text.center(columns - 2, "\N{NO-BREAK SPACE}")
