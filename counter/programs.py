"""Setup of programs of others: tokens with which they ask, addresses that are told of what happens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, jsonify, make_response, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from counter.setup.page import page as theme_page
from shared.domain.errors import Refusal
from shared.domain.outbox import Topic, receiver_url
from shared.domain.rights import Right
from shared.domain.scope import Scope
from shared.engine import session
from shared.engine import setup_programs as engine
from shared.printing.address import receivers
from shared.store import outbox
from shared.web.answers import MadeSecret
from shared.web.auth import now, officers_only, store, wants_page
from shared.web.clicks import ButtonPage, change, do
from shared.web.forms import mark_taken, read, sent
from shared.web.limits import limiter
from shared.web.openapi import described
from shared.web.screen import sentence
from shared.web.settings import Settings
from shared.web.urls import public_url

blueprint = Blueprint("programs_setup", __name__)


@blueprint.get("")
@officers_only(Right.SEE_SETUP)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/tokens")
@officers_only(Right.CHANGE_SETUP)
@limiter.limit("20/minute")
@described(MadeSecret, takes=engine.TokenForm)
def make_token() -> ResponseReturnValue:
    """A token for a program; it is shown in this answer alone."""
    return _shown_once("token", lambda: change(engine.make_token, read(engine.TokenForm)))


@blueprint.post("/webhooks")
@officers_only(Right.CHANGE_SETUP)
@limiter.limit("20/minute")
@described(MadeSecret, takes=engine.WebhookForm)
def add_webhook() -> ResponseReturnValue:
    """An address that is told of changes; the secret that signs them is shown in this answer alone."""

    def work() -> str:
        wanted = read(engine.WebhookForm)
        url = receiver_url(wanted.url)
        _must_be_outside(url)
        return change(engine.add_webhook, wanted, url)

    return _shown_once("secret", work)


@blueprint.post("/webhooks/<int:webhook_id>/test")
@officers_only(Right.CHANGE_SETUP)
@limiter.limit("20/minute")
def test_webhook(webhook_id: int) -> ResponseReturnValue:
    """Sends a letter that says only that it is a test."""
    return do(PAGE, engine.try_webhook, webhook_id)


@blueprint.post("/webhooks/<int:webhook_id>/remove")
@officers_only(Right.CHANGE_SETUP)
def remove_webhook(webhook_id: int) -> ResponseReturnValue:
    """It is told of nothing any more, also not of what waits."""
    return do(PAGE, engine.remove_webhook, webhook_id)


def _must_be_outside(url: str) -> None:
    """Raises `Invalid`; a name that nobody knows now is looked at again before each letter."""
    settings: Settings = current_app.extensions["loket_settings"]
    parts = urlsplit(url)
    with suppress(OSError):
        receivers(
            parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), settings.webhook_reach()
        )


def _shown_once(kind: str, work: Callable[[], str]) -> ResponseReturnValue:
    if not wants_page():
        return jsonify(secret=work())
    try:
        made = work()
    except Refusal as error:
        return make_response(_page(sentence(error)), error.status)
    mark_taken()
    return _page(made_kind=kind, made=made)


def _page(message: str | None = None, made_kind: str = "", made: str = "") -> Response:
    with store().read() as connection:
        tokens = session.tokens(connection, g.office_id, None, now())
        webhooks, officers = outbox.known_webhooks(connection, g.office_id), engine.officers(connection, g.office_id)
    return theme_page(
        "programs",
        "programs",
        message=message,
        typed=sent() if message else {},
        made=made,
        made_kind=made_kind,
        scopes=list(Scope),
        topics=list(Topic),
        server=public_url(""),
        tokens=tokens,
        webhooks=webhooks,
        officers=officers,
    )


PAGE: ButtonPage[None] = ButtonPage(_page, lambda _: url_for("programs_setup.page", saved=1), status=303)
