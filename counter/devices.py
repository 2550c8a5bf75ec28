"""Setup of the devices: let one in by a code, name it, say what it offers and where it prints, take its token away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from counter.setup.page import page as theme_page
from shared.domain.errors import Invalid, Refusal, Unknown
from shared.engine import device as devices
from shared.engine import setup_devices
from shared.web import auth
from shared.web.auth import limiter, now, officers_only, store
from shared.web.screen import office_config, sentence
from shared.web.urls import public_url

blueprint = Blueprint("devices_setup", __name__)

LONGEST_ZONE = 40
WORDS = ("test", "identify", "reload")
"""What a display does when it is asked to."""


@blueprint.get("")
@officers_only("admin", "kasi")
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/confirm")
@officers_only("admin")
@limiter.limit("20/minute")
def confirm() -> ResponseReturnValue:
    code, name = request.form.get("code", ""), request.form.get("name", "")
    return _do(lambda: _change(setup_devices.confirm, code, name))


@blueprint.post("/invite")
@officers_only("admin")
@limiter.limit("20/minute")
def invite() -> ResponseReturnValue:
    name = request.form.get("name", "")
    return _do(lambda: _change(setup_devices.invite, name))


@blueprint.post("/<int:device_id>")
@officers_only("admin")
def configure(device_id: int) -> ResponseReturnValue:
    name = request.form.get("name", "")
    return _do(lambda: _change(setup_devices.configure, device_id, name, _settings()))


@blueprint.post("/<int:device_id>/revoke")
@officers_only("admin")
def revoke(device_id: int) -> ResponseReturnValue:
    return _do(lambda: _change(setup_devices.revoke, device_id))


@blueprint.post("/<int:device_id>/tell")
@officers_only("admin")
def tell(device_id: int) -> ResponseReturnValue:
    """Asks a display to test its sound, to show its name or to load its page again."""
    word = request.form.get("word", "")
    live = current_app.extensions["loket_live"]

    def say() -> None:
        with store().read() as connection:
            row = next((row for row in devices.devices(connection, g.office_id) if row.id == device_id), None)
        if row is None or row.purpose != "display":
            raise Unknown("device")
        if word not in WORDS:
            raise Invalid("fields", fields=["word"])
        if word == "test":
            live.test_call(g.office_id, device_id)
        else:
            live.tell_device(device_id, word, name=row.name)

    return _do(say, said=word)


@blueprint.post("/test-call")
@officers_only("admin")
def test_call() -> ResponseReturnValue:
    """Every display of the office tests its sound, also those that are not paired."""
    return _do(lambda: current_app.extensions["loket_live"].test_call(g.office_id), said="test")


def _settings() -> dict[str, Any]:
    """What was chosen: all services, or none, are the same as no choice, so that a new service appears by itself."""
    offered = [service.slug for service in office_config().services if service.is_active]
    chosen = [slug for slug in request.form.getlist("services") if slug in offered]
    printers = [printer.slug for printer in office_config().printers]
    wanted: dict[str, Any] = {"zone": " ".join(request.form.get("zone", "").split())[:LONGEST_ZONE]}
    if chosen and len(chosen) < len(offered):
        wanted["services"] = chosen
    if request.form.get("printer") in printers:
        wanted["printer"] = request.form["printer"]
    return {key: value for key, value in wanted.items() if value}


def _change(verb: Any, *values: Any) -> Any:
    """Runs a verb as the officer of this request, who then stands in the audit."""
    change: Any = store().change
    return change(g.office_id, verb, current_user.id, *values, now())


def _do(change: Any, said: str | None = None) -> ResponseReturnValue:
    """`said`: what a display was asked, to be confirmed on the page."""
    try:
        change()
    except Refusal as error:
        if not auth.wants_page():
            raise
        return _page(sentence(error), error.status)
    return redirect(url_for("devices_setup.page", said=said), 303)


def _page(message: str | None = None, status: int = 200) -> ResponseReturnValue:
    with store().read() as connection:
        rows = devices.devices(connection, g.office_id)
        invited = devices.invitations(connection, g.office_id, now())
    offline = {row.id for row in rows if devices.is_offline(row.last_seen_at, now(), row.lost_at)}
    said = request.args.get("said")
    return theme_page(
        "devices",
        "devices",
        status=status,
        message=message,
        told=gettext(f"told.{said}") if said in WORDS else None,
        devices=rows,
        offline=offline,
        invited=invited,
        services=[service for service in office_config().services if service.is_active],
        server=public_url(""),
        words=WORDS,
    )
