"""Complaints at the kiosk: sending one, and the QR codes of its answer and of the page to write on at leisure."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify
from flask.typing import ResponseReturnValue

from kiosk import qr
from shared.domain.complaint import Entrance
from shared.engine import complaint as engine
from shared.engine.complaint import Received
from shared.store.office import Transaction
from shared.web.access.auth import devices_only
from shared.web.answers import ReceivedComplaint
from shared.web.clicks import change
from shared.web.complaint_forms import Complaining
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.server.limits import limiter
from shared.web.urls import paper_url

blueprint = Blueprint("kiosk_complaint", __name__)


@blueprint.post("/complaints")
@devices_only("kiosk")
@limiter.limit("20/minute;200/day")
@described(ReceivedComplaint, takes=Complaining, status=201)
def complain() -> ResponseReturnValue:
    made = change(_receive, read(Complaining), paper_url("/a/"), g.device.settings.get("printer"))
    return jsonify(made.facts()), 201


@blueprint.get("/complaints/qr.svg")
@devices_only("kiosk")
def page_qr() -> Response:
    """The address of the page on which a visitor can write with the own phone."""
    return qr.of_page(f"/{g.office}/complaint")


@blueprint.get("/complaints/<token>/qr.svg")
@devices_only("kiosk")
def answer_qr(token: str) -> Response:
    """The address of the answer."""
    return qr.of_token("/a/", token, "complaint")


def _receive(tx: Transaction, wanted: Complaining, answer_url: str, printer: str | None) -> Received:
    said = wanted.said(tx, Entrance.KIOSK)
    return engine.receive(tx, said, nonce=wanted.nonce, answer_url=answer_url, printer=printer)
