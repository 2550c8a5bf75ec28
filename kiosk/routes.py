"""The kiosk's page and what it sends: one page with all its screens, one POST that takes a number."""

from __future__ import annotations

from flask import Blueprint, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from shared.domain.policy import Lane
from shared.engine import visitor
from shared.store import reads
from shared.web.api import TakeTicket, body
from shared.web.auth import devices_only, now, store
from shared.web.screen import setup
from shared.web.urls import public_url

blueprint = Blueprint("kiosk", __name__, template_folder="templates")
BLUEPRINTS = ((blueprint, "/<office>/kiosk"),)


@blueprint.get("")
@devices_only("kiosk")
def page() -> str:
    board = current_app.extensions["loket_live"].board(g.office_id)
    services = [service for service in setup().services if service.is_active]
    return render_template("kiosk/page.html", setup=setup(), services=services, board=board)


@blueprint.post("/tickets")
@devices_only("kiosk")
def take() -> ResponseReturnValue:
    wanted = body(TakeTicket)
    lane = Lane.PRIORITY if wanted.priority else Lane.ORDINARY
    taken = store().change(
        g.office_id,
        visitor.take,
        wanted.service,
        is_priority=wanted.priority,
        nonce=wanted.nonce,
        language=wanted.language,
        now=now(),
        status_url=public_url("/t/"),
        device_id=g.device.id,
        printer=g.device.settings.get("printer"),
        quote=current_app.extensions["loket_forecasts"].quote(g.office_id, wanted.service, lane, now()),
    )
    return jsonify(taken.facts()), 201


@blueprint.get("/tickets/<int:ticket_id>/slip")
@devices_only("kiosk")
def slip(ticket_id: int) -> ResponseReturnValue:
    """What became of the paper: the page asks until it knows, and says so when there is none."""
    with store().read() as connection:
        job = reads.print_job_of(connection, g.office_id, ticket_id)
    return jsonify(state=job.state if job else "none", fault=job.fault if job else None)
