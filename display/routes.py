"""The television's page, its board as JSON, the plain page for old engines, and the ticket on a phone."""

from __future__ import annotations

from flask import Blueprint, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from shared.domain.errors import Unknown
from shared.domain.numbering import label
from shared.store import reads
from shared.web.auth import devices_only, store
from shared.web.screen import setup

blueprint = Blueprint("display", __name__, template_folder="templates")
phone = Blueprint("phone", __name__, template_folder="templates")
BLUEPRINTS = ((blueprint, "/<office>/display"), (phone, "/t"))


@blueprint.get("")
@devices_only("display")
def page() -> str:
    return render_template("display/page.html", setup=setup(), board=_board())


@blueprint.get("/board.json")
@devices_only("display")
def board() -> ResponseReturnValue:
    return jsonify(_board())


@blueprint.get("/plain")
@devices_only("display")
def plain() -> str:
    return render_template("display/plain.html", setup=setup(), board=_board())


@phone.get("/<token>")
def ticket(token: str) -> str:
    """The ticket behind the token: number and state, nothing of the person."""
    with store().read() as connection:
        row = reads.ticket_by_token(connection, token)
        if row is None:
            raise Unknown("ticket")
        office = store().setups.read(connection, row.office_id)
    g.language = row.language
    counter = office.counter_by_id(row.counter_id)
    return render_template(
        "display/phone.html",
        setup=office,
        ticket=row,
        number=label(row.series, row.number),
        counter=counter,
        service=office.service_ids[row.service_id].standard,
        token=token,
    )


def _board() -> dict[str, object]:
    return current_app.extensions["loket_live"].board(g.office_id)  # type: ignore[no-any-return]
