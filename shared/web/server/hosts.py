"""Under which names this server may be asked for, and whether a request comes from its own machine.

A page of another site can make a browser resolve any name to this server (DNS rebinding), so the name in the request
decides: an unknown one is answered 421, and only the machine's own names are trusted as local.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request, current_app, request

from shared.domain.errors import Refusal
from shared.web.server.machine import candidates, is_own, own_addresses
from shared.web.settings import Settings

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]{1,253})(:\d{1,5})?")
ANY = "*"


class Misdirected(Refusal):
    """The request was meant for a server of another name."""

    status = 421


def init_app(app: Flask) -> None:
    """To be called before anything else looks at the address."""
    app.wsgi_app = _Readable(app.wsgi_app)  # type: ignore[method-assign]
    app.url_value_preprocessor(lambda _endpoint, _values: require_known(request))


class _Readable:
    """What is no name becomes one that no server has: Flask builds no address, not even that of a style, without."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if host and not _HOST.fullmatch(host):
            environ["HTTP_HOST"] = "host.invalid"  # RFC 2606
        return self.inner(environ, start_response)


def require_known(asked: Request) -> None:
    """Raises `Misdirected` for a name that is not this server's."""
    name = host_name(asked)
    if name not in LOCAL and not _is_known(name, current_app.extensions["loket_settings"]):
        raise Misdirected("host")


def host_name(asked: Request) -> str:
    """The name or address that the client typed, lower case, without the port; empty when it is none."""
    found = _HOST.fullmatch(asked.environ.get("HTTP_HOST", ""))
    return found[1].lower() if found else ""


def is_local() -> bool:
    """The request comes from the server's own machine, by one of its own names, and no proxy stands between."""
    said = request.environ
    if "HTTP_X_FORWARDED_FOR" in said or "HTTP_FORWARDED" in said:
        return False
    return host_name(request) in LOCAL and is_loopback(request.remote_addr or "")


is_loopback = lru_cache(maxsize=256)(is_own)


def is_own_origin(asked: Request) -> bool:
    """The page that sends this came from this server, by the name under which it asks."""
    origin = urlsplit(asked.headers.get("Origin", ""))
    return origin.scheme in ("http", "https") and origin.netloc == asked.environ.get("HTTP_HOST", "")


def _is_known(name: str, settings: Settings) -> bool:
    names = _names(settings)
    if name in names or ANY in names:
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return address.is_private or str(address) in own_addresses()


def _names(settings: Settings) -> frozenset[str]:
    """By the machine's name of now: it may be given another while the server runs."""
    return _names_with(settings, socket.gethostname().lower())


@lru_cache(maxsize=4)
def _names_with(settings: Settings, machine: str) -> frozenset[str]:
    names = {machine, f"{machine.partition('.')[0]}.local", "loket.local", settings.host.lower()}
    names.update(f"{each}.local" for each in candidates(settings.mdns_name) if settings.mdns_name)
    names.add((urlsplit(settings.public_url).hostname or "").lower())
    names.update(each.strip().lower() for each in settings.hosts.split(","))
    return frozenset(names - {""})


def is_allowed_origin(origin: str | None, environ: dict[str, object]) -> bool:
    """For the live line: pages of this server only, whatever forwarding headers say."""
    return urlsplit(origin or "").netloc == environ.get("HTTP_HOST")
