"""What browsers keep for the server, out of reach of scripts and of other sites; over https under names of its own.

One browser has one set of cookies for all ports of a server. A name that begins with "__Host-" is taken and sent over
https alone, so what was given there never travels in the clear, and a page without https cannot put another in its
place; the same browser may use the port without https beside it.
"""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

SESSION = "loket"
DEVICE = "loket_device"
KNOWN = "loket_known"


def name(base: str) -> str:
    return f"__Host-{base}" if request.is_secure else base


def is_secure() -> bool:
    return request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"])


def kept(base: str) -> str | None:
    """Also one from before the server spoke https."""
    return request.cookies.get(name(base)) or request.cookies.get(base)


def keep(response: Response, base: str, value: str, life_s: int) -> None:
    """For the whole server: one browser is one device."""
    response.set_cookie(name(base), value, max_age=life_s, httponly=True, samesite="Lax", secure=is_secure())
