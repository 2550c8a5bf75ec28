"""A slip's lines as the bytes of one printer, with its logo, and how much of the roll they take."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.domain.slip import from_json
from shared.printing import raster
from shared.printing.bytes import is_number_slip, logo_raster, render
from shared.printing.profiles import profile


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
    picture = _logo(logo, width_dots) if logo else b""
    data = render(slip, profile_name, logo=picture, is_drawn=not is_slow and is_number_slip(slip))
    return Made(data, width_dots)


@lru_cache(maxsize=64)
def _logo(picture: str, width_dots: int) -> bytes:
    return logo_raster(base64.b64decode(picture), width_dots)
