"""The parts of a number slip that are drawn instead of typed: the number, and the code with the words beside it.

Pictures in the letters of the screens, as raster that every printer takes; a slow serial line gets the typed form.
"""

from __future__ import annotations

from collections.abc import Sequence
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
CODE_DOTS = 184
"""Width of the code with its quiet zone: 23 mm."""
GAP_DOTS = 12
TEXT_DOTS = 25
"""Size of the letters beside the code: capitals of 2.1 mm."""
LINE_DOTS = 29

Weight = Literal[400, 700]


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
    size = 200
    natural = sum(_width(char, size) for char in text)
    size = min(int(size * (width_dots - 2 * GAP_DOTS) / natural), int(NUMBER_DOTS / 0.668))
    line = Image.new("L", (width_dots, 2 * size), 255)
    pen, x = ImageDraw.Draw(line), (width_dots - sum(_width(char, size) for char in text)) / 2
    for char in text:
        pen.text((x, int(1.4 * size)), char, font=_font(700, size, char.isdigit()), fill=0, anchor="ls")
        x += _width(char, size)
    ink = Image.eval(line, lambda light: 255 - light).getbbox() or (0, 0, 1, 1)
    cropped = line.crop((0, ink[1], width_dots, ink[3]))
    high = min(NUMBER_DOTS, int(cropped.height * MOST_STRETCH))
    return _black_and_white(cropped.resize((width_dots, high), Image.Resampling.LANCZOS))


def _width(char: str, size: int) -> float:
    return _font(700, size, char.isdigit()).getlength(char)


def beside(data: str, words: Sequence[str], width_dots: int) -> Image.Image:
    """A code at the left and lines of words at its right, broken where the paper ends."""
    modules = segno.make(data, error="m", micro=False, boost_error=False)
    scale = max(3, CODE_DOTS // int(modules.symbol_size(border=2)[0]))
    left = int(modules.symbol_size(scale=scale, border=2)[0]) + GAP_DOTS
    lines = [part for text in words for part in _broken(text, width_dots - left)]
    height = max(left - GAP_DOTS, LINE_DOTS * len(lines))
    picture = Image.new("L", (width_dots, height), 255)
    pen = ImageDraw.Draw(picture)
    for row, modules_of_row in enumerate(modules.matrix_iter(scale=scale, border=2)):
        for column, module in enumerate(modules_of_row):
            if module:
                picture.putpixel((column, row), 0)
    top = (height - LINE_DOTS * len(lines)) // 2
    for place, text in enumerate(lines):
        _type(pen, left, top + LINE_DOTS * (place + 1) - 6, text)
    return _black_and_white(picture)


def _type(pen: ImageDraw.ImageDraw, x: float, y: int, text: str) -> None:
    for char in text:
        font = _of(char)
        pen.text((x, y), char, font=font, fill=0, anchor="ls")
        x += font.getlength(char)


def _broken(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and sum(_of(char).getlength(char) for char in longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _of(char: str) -> ImageFont.FreeTypeFont:
    return _font(400, TEXT_DOTS, char in "0123456789")


def _black_and_white(picture: Image.Image) -> Image.Image:
    """Edges as they are: a dithered letter is grey on thermal paper."""
    return picture.point(lambda light: 255 if light > 140 else 0).convert("1", dither=Image.Dither.NONE)
