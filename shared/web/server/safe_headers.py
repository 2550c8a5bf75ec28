"""What every answer tells the browser: what its page may load and do, who may frame it, that nobody keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import TracebackType
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Fault: TypeAlias = "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None"


class SafeHeaders:
    """What every answer carries, unless its route says otherwise; below Flask, where a header costs next to nothing."""

    def __init__(self, app: WSGIApplication, *, is_secure: bool) -> None:
        self._app, self._is_secure = app, is_secure

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        wanted = _wanted(environ.get("HTTP_HOST", ""), self._is_secure)

        is_file = environ.get("PATH_INFO", "").startswith("/static/")  # of the program: the same for everybody

        def start(status: str, headers: list[tuple[str, str]], fault: Fault = None, /) -> Callable[[bytes], object]:
            if not is_file:
                headers = [each for each in headers if each not in _KEPT_BY_BROWSERS]
            present = {name.lower() for name, _ in headers}
            return start_response(status, headers + [each for each in wanted if each[0].lower() not in present], fault)

        return self._app(environ, start)


_KEPT_BY_BROWSERS = (("Cache-Control", "no-cache"), ("Cache-Control", "no-cache, max-age=0"))
"""What Flask says with a file: a browser asks again, but keeps it, and the next person at the desk finds it."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), fullscreen=(self), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(self), midi=(), payment=(), screen-wake-lock=(self), usb=()"
    ),
    "Cache-Control": "no-store",
}


@lru_cache(maxsize=16)
def _wanted(host: str, is_secure: bool) -> tuple[tuple[str, str], ...]:
    stays_secure = {"Strict-Transport-Security": f"max-age={365 * 24 * 60 * 60}"} if is_secure else {}
    return tuple({**HEADERS, "Content-Security-Policy": _csp(host), **stays_secure}.items())


def _csp(host: str) -> str:
    """The live line is named whole: for a television of 2020 'self' is no address of a websocket."""
    line = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
    return (
        f"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'{line}; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
    )
