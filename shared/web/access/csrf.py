"""Forged requests: what a page of another site could make a browser send is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from shared.domain.errors import Invalid
from shared.web.access import credentials
from shared.web.access.auth import NotSignedIn, signed_in
from shared.web.access.credentials import bearer
from shared.web.server.hosts import is_own_origin

_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
csrf = CSRFProtect()
V = TypeVar("V", bound="Callable[..., object]")


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    app.before_request(_check)


def _check() -> None:
    """Forms, and all that a signed-in browser sends, need the page's token; a program with a Bearer token does not."""
    if request.method in _SAFE or bearer():
        return
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_for_machines", False):
        return
    if is_own_origin(request) and (request.is_json or _rides_on_nothing()):
        return  # our own page, whose token may be older than the session: somebody signed in beside a television
    has_session = bool(credentials.kept(credentials.SESSION) or credentials.kept(credentials.DEVICE))
    if request.is_json and not has_session and "Origin" not in request.headers:
        return  # a program: there is nothing to ride on, and what a page of another site sends names its origin
    try:
        csrf.protect()
    except CSRFError:
        if not has_session and not request.form and not request.is_json:
            raise NotSignedIn("not_signed_in") from None  # not a form: a program that forgot its token
        raise Invalid("csrf", fields=["csrf_token"]) from None


def own_origin_is_enough(view: V) -> V:
    """A form that begins or ends a session: right whoever is signed in meanwhile, in another tab."""
    view.own_origin_is_enough = True  # type: ignore[attr-defined]
    return view


def _rides_on_nothing() -> bool:
    """Nobody is signed in, or the form begins or ends a session: a visitor's long complaint and a sign-in are taken
    though the browser lost the session of their page. An officer's click is not: the page may be another officer's.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    return signed_in() is None or getattr(view, "own_origin_is_enough", False)
