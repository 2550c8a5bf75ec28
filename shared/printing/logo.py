"""The office's picture for its slips: checked, made small and grey once, when it is uploaded."""

from __future__ import annotations

import base64
import io

from PIL import Image, UnidentifiedImageError

from shared.domain.errors import Invalid

WIDTH, HEIGHT = 384, 160
"""Dots: the width of 58 mm paper, and 20 mm of height."""

LARGEST_PIXELS = 25_000_000
"""What a camera's picture has; a file that says more is meant to exhaust the memory."""


def prepared(picture: bytes) -> str:
    """A PNG or JPEG file as a small grey PNG in base64, no larger than `WIDTH` x `HEIGHT`.

    Raises `Invalid("logo")` when it is no such picture, `Invalid("logo_large")` when it has too many pixels.
    """
    try:
        opened = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
        if opened.width * opened.height > LARGEST_PIXELS:
            raise Invalid("logo_large", fields=["logo"])
        image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Invalid("logo", fields=["logo"]) from None
    white = Image.new("RGBA", image.size, "white")
    grey = Image.alpha_composite(white, image).convert("L")
    grey.thumbnail((WIDTH, HEIGHT))
    small = io.BytesIO()
    grey.save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode("ascii")
