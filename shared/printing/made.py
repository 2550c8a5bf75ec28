"""A slip's lines as the bytes of one printer, with its logo, and how much of the roll they take."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.domain.slips.slip import from_json
from shared.printing import raster
from shared.printing.bytes import can_be_drawn, logo_picture, logo_raster, render
from shared.printing.designed import is_number
from shared.printing.profiles import profile

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Made:
    """A slip ready for a printer."""

    data: bytes
    width_dots: int

    @property
    def length_mm(self) -> float:
        """How much of the roll it takes; worked out after the slip went out, for it costs more than making it."""
        return raster.length_mm(self.data, self.width_dots)


def make(
    lines: Iterable[Mapping[str, object]], profile_name: str, logo: str | None = None, *, is_slow: bool = False
) -> Made:
    """A job's lines as bytes; raises `Invalid` when they make no slip.

    `logo`: the office's picture as `printing.logo` keeps it. `is_slow`: a line on which pictures take too long.
    """
    width_dots = profile(profile_name).width_dots
    slip = from_json(lines)
    if is_slow or not can_be_drawn(profile_name):
        return Made(render(slip, profile_name, logo=_logo(logo, width_dots) if logo else b""), width_dots)
    high = NUMBER_HEAD_DOTS if is_number(slip) else HEAD_DOTS
    picture = _picture(logo, width_dots // 3, high) if logo else None
    return Made(render(slip, profile_name, picture=picture, is_drawn=True), width_dots)


HEAD_DOTS = 88
"""Height of the office's picture in the head of a designed slip: 11 mm."""
NUMBER_HEAD_DOTS = 72
"""The same on a number slip, of which a roll shall hold many: 9 mm."""


@lru_cache(maxsize=64)
def _logo(picture: str, width_dots: int) -> bytes:
    return logo_raster(base64.b64decode(picture), width_dots)


@lru_cache(maxsize=64)
def _picture(picture: str, width_dots: int, height_dots: int) -> Image.Image:
    return logo_picture(base64.b64decode(picture), width_dots, height_dots)
