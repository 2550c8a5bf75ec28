"""The office's arms or logo: checked and made small once, when it is brought; grey for slips, coloured for screens."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.errors import Invalid
from shared.late import late

if TYPE_CHECKING:
    import PIL
    from PIL import Image, ImageOps
else:
    PIL = late("PIL")
    Image = late("PIL.Image")
    ImageOps = late("PIL.ImageOps")

WIDTH, HEIGHT = 384, 160
"""Dots: the width of 58 mm paper, and 20 mm of height."""

ON_SCREENS, COLOURS = 240, 64
"""Dots and colours: large enough for a television, small enough for the row of an office."""

LARGEST_PIXELS = 25_000_000
"""What a camera's picture has; a file that says more is meant to exhaust the memory."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The office's arms as PNG in base64: small and grey for slips, larger and in colour for screens."""

    grey: str
    colour: str


def prepared(picture: bytes) -> Pictures:
    """A PNG or JPEG file as both pictures; a transparent ground stays so in colour.

    Raises `Invalid("logo")` when it is no such picture, `Invalid("logo_large")` when it has too many pixels.
    """
    try:
        opened = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
        if opened.width * opened.height > LARGEST_PIXELS:
            raise Invalid("logo_large", fields=["logo"])
        image = ImageOps.exif_transpose(opened).convert("RGBA")
    except (PIL.UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Invalid("logo", fields=["logo"]) from None
    white = Image.new("RGBA", image.size, "white")
    grey = Image.alpha_composite(white, image).convert("L")
    grey.thumbnail((WIDTH, HEIGHT))
    image.thumbnail((ON_SCREENS, ON_SCREENS))
    return Pictures(_png(grey), _png(image.quantize(COLOURS)))


def _png(image: Image.Image) -> str:
    small = io.BytesIO()
    image.save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode("ascii")
