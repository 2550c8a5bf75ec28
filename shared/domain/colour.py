"""An office's colour: whether letters on it and in it can be read, and the nearest one on which they can."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""
LIGHT_GROUND, DARK_GROUND = "#e9eef6", "#1a2332"
"""The darkest ground of the light screens, and the lightest of the dark ones."""
OWN_COLOUR = "#0b4f8a"
"""The program's, of an office that has chosen none."""
WHITE, NIGHT = "#ffffff", "#0b1a2c"
_COLOUR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colour on light and on dark screens, each with the colour of letters on it."""

    light: str
    dark: str
    light_ink: str = WHITE
    dark_ink: str = NIGHT


def is_colour(text: str) -> bool:
    return bool(_COLOUR.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """1 to 21, as WCAG 2.2 reckons it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palette(colour: str) -> Palette:
    """The colour itself where it can be read, else the nearest shade of it that can."""
    return Palette(_until_readable(colour, LIGHT_GROUND, -1), _until_readable(colour, DARK_GROUND, 1))


def _until_readable(colour: str, ground: str, step: int) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    while contrast(colour, ground) < LEAST_CONTRAST and 0 <= lightness <= 1:
        lightness += step / 100
        shade = colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
        colour = "#" + "".join(f"{round(part * 255):02x}" for part in shade)
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
