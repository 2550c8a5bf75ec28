"""Setup of the devices: let one in by a code, name it, say what it offers and where it prints, take its token away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import Blueprint, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from counter.queue.click_forms import DeviceSettings, PairingForm, Word
from counter.setup.page import kept, settle
from counter.setup.page import page as theme_page
from shared.domain.errors import Invalid, Unknown
from shared.domain.rights import Right
from shared.engine.people import device as devices
from shared.engine.setup import devices as setup_devices
from shared.store.tables import Device
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, do, serve, take
from shared.web.forms import Shown, Table, Value, pressed, read, sent, typed
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.web.urls import public_url

blueprint = Blueprint("devices_setup", __name__)

WORDS = ("test", "identify", "reload")
"""What a display does when it is asked to."""


@blueprint.get("")
@officers_only(Right.SEE_SETUP)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/confirm")
@officers_only(Right.GIVE_ACCESS)
@limiter.limit("20/minute")
def confirm() -> ResponseReturnValue:
    return take(PAGE, PairingForm, lambda form: change(setup_devices.confirm, form.code, form.name))


@blueprint.post("/invite")
@officers_only(Right.GIVE_ACCESS)
@limiter.limit("20/minute")
def invite() -> ResponseReturnValue:
    return take(PAGE, PairingForm, lambda form: change(setup_devices.invite, form.name))


@blueprint.post("/<int:device_id>")
@officers_only(Right.CHANGE_SETUP)
def configure(device_id: int) -> ResponseReturnValue:
    """What only this page changed is saved; where somebody else changed the same, the page shows both."""
    clash: Shown | None = None

    def work() -> None:
        nonlocal clash
        form, clash = settle(DeviceSettings, typed(), pressed("_base"), _shown(_device(device_id)))
        if clash is None:
            change(setup_devices.configure, device_id, form.name, _settings(form))

    answer = serve(PAGE, work)
    return answer if clash is None else _page(clash.message, 409, {device_id: clash})


@blueprint.post("/<int:device_id>/revoke")
@officers_only(Right.CHANGE_SETUP)
def revoke(device_id: int) -> ResponseReturnValue:
    return do(PAGE, setup_devices.revoke, device_id)


@blueprint.post("/<int:device_id>/tell")
@officers_only(Right.CHANGE_SETUP)
@described(takes=Word)
def tell(device_id: int) -> ResponseReturnValue:
    """Asks a display to test its sound, to show its name or to load its page again."""
    word = read(Word).word
    live = current_app.extensions["loket_live"]

    def say() -> None:
        row = _device(device_id)
        if row.purpose != "display":
            raise Unknown("device")
        if word not in WORDS:
            raise Invalid("fields", fields=["word"])
        if word == "test":
            live.test_call(g.office_id, device_id)
        else:
            live.tell_device(device_id, word, name=row.name)

    return serve(_page_after(word), say)


@blueprint.post("/test-call")
@officers_only(Right.CHANGE_SETUP)
def test_call() -> ResponseReturnValue:
    """Every display of the office tests its sound, also those that are not paired."""
    return serve(_page_after("test"), lambda: current_app.extensions["loket_live"].test_call(g.office_id))


def _device(device_id: int) -> Device:
    """Raises `Unknown("device")`."""
    with store().read() as connection:
        row = next((row for row in devices.devices(connection, g.office_id) if row.id == device_id), None)
    if row is None:
        raise Unknown("device")
    return row


def _shown(row: Device) -> Table:
    """The device's settings as its form shows them; no choice of services is every service."""
    offered: list[Value] = [service.slug for service in office_config().services if service.is_active]
    usual: Table = {"zone": "", "printer": ""} | ({"services": offered} if row.purpose == "kiosk" else {})
    return {"name": row.name, **usual, **cast("Table", row.settings)}


def _settings(form: DeviceSettings) -> dict[str, object]:
    """What was chosen: all services, or none, are the same as no choice, so that a new service appears by itself."""
    offered = [service.slug for service in office_config().services if service.is_active]
    chosen = [slug for slug in form.services if slug in offered]
    printers = [printer.slug for printer in office_config().printers]
    wanted: dict[str, object] = {"zone": form.zone}
    if chosen and len(chosen) < len(offered):
        wanted["services"] = chosen
    if form.printer in printers:
        wanted["printer"] = form.printer
    return {key: value for key, value in wanted.items() if value}


def _page(message: str | None = None, status: int = 200, clashing: Mapping[int, Shown] | None = None) -> Response:
    """`clashing`: what was typed of a device whose settings somebody else changed meanwhile, and what they are now."""
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
        forms={row.id: _form(row) for row in rows} | dict(clashing or {}),
        typed=sent(),
        told=gettext(f"told.{said}") if said in WORDS else None,
        devices=rows,
        offline=offline,
        invited=invited,
        services=[service for service in office_config().services if service.is_active],
        server=public_url(""),
        words=WORDS,
    )


def _form(row: Device) -> Shown:
    return Shown(_shown(row), base=kept(_shown(row)))


def _page_after(said: str | None = None) -> ButtonPage[object]:
    """`said`: what a display was asked, to be confirmed on the page."""
    return ButtonPage(_page, lambda _: url_for("devices_setup.page", said=said), status=303)


PAGE = _page_after()
