"""QR codes on the kiosk's screen, for whoever goes on with the own phone."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Response

from shared.domain.errors import Unknown
from shared.late import late
from shared.web.urls import paper_url

if TYPE_CHECKING:
    import segno
else:
    segno = late("segno")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")


def of_token(folder: str, token: str, thing: str) -> Response:
    """The address of what lies behind a token; raises `Unknown(thing)` for what cannot be one."""
    if not _TOKEN.fullmatch(token):
        raise Unknown(thing)
    return of_page(f"{folder}{token}")


def of_page(path: str) -> Response:
    """The address of a page of this server, dark on white with its quiet zone."""
    drawn = BytesIO()
    segno.make(paper_url(path), error="m", micro=False).save(drawn, kind="svg", border=4, light="white")
    return Response(drawn.getvalue(), content_type="image/svg+xml")
