"""Setup of the devices: let one in by a code, name it, say what it offers and where it prints, take its token away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from shared.domain.errors import Refusal
from shared.engine import device as devices
from shared.engine import setup_devices
from shared.web import auth
from shared.web.auth import limiter, now, officers_only, store
from shared.web.screen import sentence, setup
from shared.web.urls import public_url

blueprint = Blueprint("devices_setup", __name__)

LONGEST_ZONE = 40


@blueprint.get("")
@officers_only("admin")
def page() -> str:
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


def _settings() -> dict[str, Any]:
    """What was chosen: all services, or none, are the same as no choice, so that a new service appears by itself."""
    offered = [service.slug for service in setup().services if service.is_active]
    chosen = [slug for slug in request.form.getlist("services") if slug in offered]
    printers = [printer.slug for printer in setup().printers]
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


def _do(change: Any) -> ResponseReturnValue:
    try:
        change()
    except Refusal as error:
        if not auth.wants_page():
            raise
        return make_response(_page(sentence(error)), error.status)
    return redirect(url_for("devices_setup.page"), 303)


def _page(message: str | None = None) -> str:
    with store().read() as connection:
        rows = devices.devices(connection, g.office_id)
        invited = devices.invitations(connection, g.office_id, now())
    offline = {row.id for row in rows if devices.is_offline(row.last_seen_at, now())}
    services = [service for service in setup().services if service.is_active]
    shown = {"devices": rows, "offline": offline, "invited": invited, "server": public_url("")}
    return render_template("counter/devices.html", setup=setup(), services=services, message=message, **shown)
