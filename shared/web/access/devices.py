"""How a device is paired: it shows a short code until an admin has typed it, and then holds a token of its own.

A print agent may come the other way round: with a code that an admin made for it.
"""

from __future__ import annotations

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from shared.domain.actor import Actor
from shared.domain.errors import Unknown
from shared.engine.people import device as devices
from shared.engine.setup import devices as setup_devices
from shared.engine.setup.office import Form
from shared.store import reads
from shared.web import screens
from shared.web.access import auth, credentials
from shared.web.access.auth import now, store
from shared.web.access.credentials import token
from shared.web.answers import PairedWith, PairingCode, PairingState
from shared.web.context import address
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.web.server.machine import source

blueprint = Blueprint("devices", __name__)
COOKIE_LIFE_S = 10 * 365 * 86400


class Redeem(Form):
    """A print agent with the code of an admin and the token that it wants to be known by."""

    code: str = Field(max_length=40)
    token: str = Field(max_length=100)


@blueprint.get("/<office>/pair/<purpose>")
@limiter.limit("60/minute")
@described(PairingState)
def page(purpose: str) -> ResponseReturnValue:
    """The code, on a page that looks again by itself; once confirmed, the screen that the device is for."""
    if not auth.wants_page():
        return _state(purpose)
    home = screens.home_for(purpose)
    if home is None:
        raise Unknown("purpose")
    if auth.is_paired(purpose):
        return redirect(url_for(home))
    shown = credentials.kept(credentials.DEVICE)
    with store().read() as connection:
        waiting = devices.pending(connection, g.office_id, shown, now()) if shown else None
    if waiting is not None and waiting.purpose == purpose:
        return _code(purpose, waiting.code)
    asked = store().write_with(devices.ask, g.office_id, purpose, now(), source(address()))
    response = make_response(_code(purpose, asked.code))
    credentials.keep(response, credentials.DEVICE, asked.token, COOKIE_LIFE_S)
    return response


@blueprint.post("/<office>/pair/<purpose>")
@limiter.limit("10/minute")
@described(PairingCode, status=201)
def ask(purpose: str) -> ResponseReturnValue:
    """For programs: the code to show and the token that will work once the code is confirmed."""
    asked = store().write_with(devices.ask, g.office_id, purpose, now(), source(address()))
    return jsonify(code=asked.code, token=asked.token, expires_at=asked.expires_at.isoformat()), 201


@blueprint.post("/pair")
@limiter.limit("10/minute")
@described(PairedWith, takes=Redeem)
def redeem() -> ResponseReturnValue:
    """For print agents that bring an admin's code: in which office they are now."""
    wanted = read(Redeem)
    office_id = store().write_with(devices.redeem, wanted.code, wanted.token, now())
    store().change(office_id, Actor.public(now(), address=address()), setup_devices.joined, wanted.token)
    with store().read() as connection:
        offices = {row.id: row.slug for row in reads.offices(connection)}
    return jsonify(office=offices[office_id])


def _state(purpose: str) -> ResponseReturnValue:
    """For programs: whether the token that they show is confirmed by now."""
    if purpose not in devices.PURPOSES:
        raise Unknown("purpose")
    if auth.is_paired(purpose):
        return jsonify(state="confirmed")
    with store().read() as connection:
        waiting = devices.pending(connection, g.office_id, token() or "", now())
    if waiting is None:
        raise Unknown("pairing")
    return jsonify(state="waiting", code=waiting.code, expires_at=waiting.expires_at.isoformat())


def _code(purpose: str, code: str) -> str:
    return render_template("pair.html", office=office_config(), purpose=purpose, code=f"{code[:3]} {code[3:]}")
