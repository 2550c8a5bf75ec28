"""Setup of programs of others: tokens with which they ask, addresses that are told, the gateway for messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, current_app, g, jsonify, make_response, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from counter.setup.page import page as theme_page
from shared.domain.errors import Refusal
from shared.domain.message import BODY, BY_ITSELF
from shared.domain.outbox import Topic, receiver_url
from shared.domain.rights import Right, Scope
from shared.engine.people import session
from shared.engine.setup import gateway as gateways
from shared.engine.setup import programs as engine
from shared.store import messages, outbox
from shared.web.access.auth import now, officers_only, store, wants_page
from shared.web.answers import MadeSecret
from shared.web.clicks import ButtonPage, change, do, take
from shared.web.context import seal
from shared.web.forms import Shows, read, sent
from shared.web.openapi import described
from shared.web.outgoing.posting import places
from shared.web.screen import sentence
from shared.web.server.limits import limiter
from shared.web.settings import Settings
from shared.web.urls import public_url

blueprint = Blueprint("programs_setup", __name__)


@blueprint.get("")
@officers_only(Right.SEE_SETUP)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/tokens")
@officers_only(Right.GIVE_ACCESS)
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
        return change(engine.add_webhook, wanted, url, seal())

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


@blueprint.post("/gateway")
@officers_only(Right.CHANGE_SETUP)
@limiter.limit("20/minute")
@described(takes=gateways.GatewayForm)
def save_gateway() -> ResponseReturnValue:
    """The program that sends messages to applicants' phones; its secret is shown to nobody again."""

    def work(wanted: gateways.GatewayForm) -> None:
        url = receiver_url(wanted.url)
        _must_be_outside(url, is_near=True)
        change(gateways.save, wanted, url, seal())

    return take(PAGE, gateways.GatewayForm, work, lambda: _gateway_shows(_gateway()))


@blueprint.post("/gateway/test")
@officers_only(Right.CHANGE_SETUP)
@limiter.limit("20/minute")
@described(takes=gateways.GatewayTest)
def test_gateway() -> ResponseReturnValue:
    """Sends a message that says only that it is a test."""
    return take(PAGE, gateways.GatewayTest, lambda wanted: change(gateways.test, wanted))


@blueprint.post("/gateway/remove")
@officers_only(Right.CHANGE_SETUP)
def remove_gateway() -> ResponseReturnValue:
    """Nothing is sent any more, also not what waits."""
    return do(PAGE, gateways.remove)


def _gateway() -> messages.KnownGateway | None:
    with store().read() as connection:
        return messages.known_gateway(connection, g.office_id)


def _gateway_shows(gateway: messages.KnownGateway | None) -> Shows:
    """What the form of the gateway shows first; its secret stands on no page."""
    if gateway is None:
        return {"url": "", "header": gateways.USUAL_HEADER, "body": "", "kinds[]": [str(kind) for kind in BY_ITSELF]}
    kinds = [str(kind) for kind in BY_ITSELF if kind in gateway.kinds]
    return {"url": gateway.url, "header": gateway.header, "body": gateway.body, "kinds[]": kinds}


def _must_be_outside(url: str, *, is_near: bool = False) -> None:
    """Raises `Invalid`; a name that nobody knows now is looked at again before each letter."""
    settings: Settings = current_app.extensions["loket_settings"]
    with suppress(OSError):
        places(url, settings.webhook_reach(), is_near=is_near)


def _shown_once(kind: str, work: Callable[[], str]) -> ResponseReturnValue:
    if not wants_page():
        return jsonify(secret=work())
    try:
        made = work()
    except Refusal as error:
        return make_response(_page(sentence(error)), error.status)
    return _page(made_kind=kind, made=made)


def _page(message: str | None = None, made_kind: str = "", made: str = "") -> Response:
    with store().read() as connection:
        tokens = session.tokens(connection, g.office_id, None, now())
        gateway = messages.known_gateway(connection, g.office_id)
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
        gateway=gateway,
        gateway_shows=_gateway_shows(gateway),
        kinds=BY_ITSELF,
        usual_body=BODY,
        officers=officers,
    )


PAGE: ButtonPage[None] = ButtonPage(_page, lambda _: url_for("programs_setup.page", saved=1), status=303)
