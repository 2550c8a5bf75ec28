"""The parts of a slip that are drawn instead of typed, in the letters of the screens, as raster.

A slow serial line, and a printer that takes no raster, get the typed form. `designed` says which part goes where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import segno
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[1] / "web/static/vendor"
NUMBER_DOTS = 240
"""Height of a number's capitals: 30 mm."""
MOST_STRETCH = 2.0
"""How much taller than drawn a number may be: on narrow paper it stays below NUMBER_DOTS."""
CODE_DOTS = 160
"""Width of the code with its quiet zone at most, unless a module of 3 dots needs more: 20 mm."""
QUIET_MODULES = 2
"""Beside the code, and half of it above and below, where the white between two lines follows."""
GAP_DOTS = 12
CAPITAL = 0.668
"""Height of a capital, of the size of its letters."""

Weight = Literal[400, 700]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in letters of `size` dots: 24 have capitals of 2 mm."""

    text: str
    size: int = 22
    weight: Weight = 400


@lru_cache(maxsize=64)
def _font(weight: Weight, size: int, of_digits: bool) -> ImageFont.FreeTypeFont:
    name = f"digits-{weight}.woff" if of_digits else f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2"
    return ImageFont.truetype(FONTS / name, size)


@lru_cache(maxsize=1)
def can_draw() -> bool:
    """Whether the fonts are here and Pillow can read them; without them a slip is typed."""
    try:
        return all(_font(700, 20, of_digits).getbbox("0") for of_digits in (True, False))
    except OSError:
        return False


@lru_cache(maxsize=32)
def number(text: str, width_dots: int) -> Image.Image:
    """The number as wide as the paper, its capitals `NUMBER_DOTS` high, or less where that would make it too thin."""
    natural = _width(Wording(text, 200, 700))
    size = min(int(200 * (width_dots - 2 * GAP_DOTS) / natural), int(NUMBER_DOTS / CAPITAL))
    line = Image.new("L", (width_dots, 2 * size), 255)
    said = Wording(text, size, 700)
    _type(ImageDraw.Draw(line), (width_dots - _width(said)) / 2, int(1.4 * size), said)
    ink = Image.eval(line, lambda light: 255 - light).getbbox() or (0, 0, 1, 1)
    cropped = line.crop((0, ink[1], width_dots, ink[3]))
    high = min(NUMBER_DOTS, int(cropped.height * MOST_STRETCH))
    return _black_and_white(cropped.resize((width_dots, high), Image.Resampling.LANCZOS))


@lru_cache(maxsize=64)
def column(said: tuple[Wording, ...], width_dots: int, *, is_centred: bool = False) -> Image.Image:
    """Lines below each other, broken where the column ends."""
    break_up = _balanced if is_centred else _broken
    lines = [line for each in said for line in break_up(each, width_dots)]
    picture = Image.new("L", (width_dots, max(1, sum(_pitch(line) for line in lines))), 255)
    pen, y = ImageDraw.Draw(picture), 0
    for line in lines:
        left = max(0.0, (width_dots - _width(line)) / 2) if is_centred else 0.0
        _type(pen, left, y + round(line.size * 0.86), line)
        y += _pitch(line)
    return _black_and_white(picture)


def beside(data: str, said: Sequence[Wording], width_dots: int) -> Image.Image:
    """A code at the left and words at its right."""
    modules = segno.make(data, error="m", micro=False, boost_error=False)
    scale = max(3, CODE_DOTS // int(modules.symbol_size(border=QUIET_MODULES)[0]))
    side = int(modules.symbol_size(scale=scale, border=QUIET_MODULES)[0])
    code = Image.new("1", (side, side), 1)
    for row, modules_of_row in enumerate(modules.matrix_iter(scale=scale, border=QUIET_MODULES)):
        for place, module in enumerate(modules_of_row):
            if module:
                code.putpixel((place, row), 0)
    cropped = code.crop((0, scale, side, side - scale))
    return at_left(cropped, column(tuple(said), width_dots - side - GAP_DOTS), width_dots)


def at_left(picture: Image.Image, words: Image.Image, width_dots: int) -> Image.Image:
    """A picture and the words beside it, both in the middle of their height."""
    both = Image.new("1", (width_dots, max(picture.height, words.height)), 1)
    both.paste(picture, (0, (both.height - picture.height) // 2))
    both.paste(words, (picture.width + GAP_DOTS, (both.height - words.height) // 2))
    return both


def rule(width_dots: int) -> Image.Image:
    return Image.new("1", (width_dots, 2), 0)


def fitting(said: Wording, width_dots: int, least: int) -> Wording:
    """The same in the largest letters down to `least` that fit one line; unchanged when none do."""
    sizes = (Wording(said.text, size, said.weight) for size in range(said.size, least - 1, -1))
    return next((each for each in sizes if _width(each) <= width_dots), said)


def _pitch(line: Wording) -> int:
    return round(line.size * 1.1)


def _width(said: Wording) -> float:
    return sum(_of(char, said).getlength(char) for char in said.text)


def _type(pen: ImageDraw.ImageDraw, x: float, y: int, said: Wording) -> None:
    for char in said.text:
        font = _of(char, said)
        pen.text((x, y), char, font=font, fill=0, anchor="ls")
        x += font.getlength(char)


def _of(char: str, said: Wording) -> ImageFont.FreeTypeFont:
    return _font(said.weight, said.size, char in "0123456789")


def _broken(said: Wording, width: int) -> list[Wording]:
    """A word that is longer than the line is cut where the line ends."""
    lines = [""]
    for word in said.text.replace("\N{NO-BREAK SPACE}", " ").split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _fits(said, longer) > width:
            lines.append("")
            longer = word
        while len(longer) > 1 and _fits(said, longer) > width:
            most = next(n for n in range(len(longer) - 1, 0, -1) if n == 1 or _fits(said, longer[:n]) <= width)
            lines[-1], longer = longer[:most], longer[most:]
            lines.append("")
        lines[-1] = longer
    return [Wording(line, said.size, said.weight) for line in lines]


def _balanced(said: Wording, width: int) -> list[Wording]:
    """The narrowest lines that need no more of them."""
    lines = _broken(said, width)
    narrower = range(width // len(lines), width, 8) if len(lines) > 1 else ()
    return next((found for each in narrower if len(found := _broken(said, each)) == len(lines)), lines)


def _fits(said: Wording, text: str) -> float:
    return _width(Wording(text, said.size, said.weight))


def _black_and_white(picture: Image.Image) -> Image.Image:
    """Edges as they are: a dithered letter is grey on thermal paper."""
    return picture.point(lambda light: 255 if light > 140 else 0).convert("1", dither=Image.Dither.NONE)
