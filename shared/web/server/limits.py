"""How often, and how much at once: the rate limits of routes and the size of a request's body."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from werkzeug.exceptions import TooManyRequests

from shared.web import bounds, quirks
from shared.web.access.auth import current_user, is_signed_in_here
from shared.web.context import address
from shared.web.server.hosts import is_local
from shared.web.server.machine import source

P = ParamSpec("P")
R = TypeVar("R")


def _who() -> str:
    """Of whom a limit counts: of a device or an officer, whoever shares their address; of everybody else the address.

    In an office behind one address of a provider, one telephone must not use up what its officers need.
    """
    paired = g.get("device")
    if paired is not None and paired.id is not None:
        return f"device-{paired.id}"
    officer = g.get("signed_in")  # only of a page that asked for it: a public one is the same for everybody
    return source(address()) if officer is None else f"officer-{officer.id}"


limiter = Limiter(_who, strategy="fixed-window")
STORAGE = {"socket_timeout": 1, "socket_connect_timeout": 1}
"""Of Redis, in seconds: a request does not wait for one that is away; it is counted in this process then."""
MOST_BYTES = 64_000
"""Of a request's body; what is allowed more says so (`takes_files`)."""
MOST_SETUP_BYTES = 1_000_000


def init_app(app: Flask) -> None:
    """To be called before anything that looks at forms."""
    limiter.init_app(app)
    quirks.ask_limiter_in_decorators_only(app, limiter)
    app.before_request(_let_large_bodies_in)
    app.before_request(bounds.check_body)


def limit_from_elsewhere(most: str, key: Callable[[], str]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A limit that does not hold on the server's own machine, where the limiter is not even asked: 0.08 ms."""

    def mark(route: Callable[P, R]) -> Callable[P, R]:
        limited: Callable[P, R] = limiter.limit(most, key_func=key)(route)

        @wraps(route)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            return (route if is_local() else limited)(*args, **kwargs)

        return asked

    return mark


def shared_by_all(
    what: str, most: str, few: str, of: Callable[[], str] = str, deduct_when: Callable[[Response], bool] | None = None
) -> Callable[[], None]:
    """What everybody may use together, beside what each address may. Whoever uses up all of it shuts nobody out: from
    then on each address may `few`. `of`: which whole, such as an office.

    To be called by a route; raises `TooManyRequests`.
    """
    of_all = limiter.limit(most, key_func=lambda: f"{what}-{of()}", deduct_when=deduct_when)(_counter(f"all_{what}"))
    of_one = limiter.limit(few, deduct_when=deduct_when)(_counter(f"one_{what}"))

    def count() -> None:
        try:
            of_all()
        except TooManyRequests:
            of_one()

    return count


def _counter(name: str) -> Callable[[], None]:
    """A function that does nothing: Flask-Limiter keeps limits by the names of functions."""

    def counted() -> None:
        pass

    counted.__name__ = counted.__qualname__ = name
    return counted


def takes_files(most_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """This route takes more than every other one, from an admin of the office."""

    def mark(route: Callable[P, R]) -> Callable[P, R]:
        route.most_bytes = most_bytes  # type: ignore[attr-defined]
        return route

    return mark


def _let_large_bodies_in() -> None:
    """Before anything looks at the form, because that reads the whole body."""
    if request.content_length is not None and request.content_length <= MOST_BYTES:
        return
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "most_bytes", None)
    is_setup = request.blueprint == "setup"
    if (most or is_setup) and "office_id" in g and _is_admin_here():
        request.max_content_length = most or MOST_SETUP_BYTES


def _is_admin_here() -> bool:
    return is_signed_in_here() and "admin" in current_user.roles
