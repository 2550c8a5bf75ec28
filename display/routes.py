"""The television's pages and its board as JSON; sound, media and the ticket on a phone have files of their own."""

from __future__ import annotations

from flask import Blueprint, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from display import media, phone, phone_code, sound, survey
from display.television import television
from shared.web.access.auth import devices_only
from shared.web.answers import BoardFacts
from shared.web.live import Live, live_board
from shared.web.openapi import described
from shared.web.opening import LiveBoard
from shared.web.screen import office_config
from shared.web.screens import Screen

blueprint = Blueprint("display", __name__, template_folder="templates")
SCREEN = Screen(
    title="Waiting-room display",
    home="display.page",
    blueprints=(
        (blueprint, "/<office>/display"),
        (sound.blueprint, "/<office>/display"),
        (media.blueprint, "/<office>/display"),
        (phone.blueprint, "/t"),
        (phone_code.blueprint, "/t"),
        (survey.blueprint, "/t"),
    ),
    purpose="display",
)


@blueprint.get("")
@devices_only("display")
def page() -> str:
    return render_template(
        "display/page.html", office=office_config(), tv=television(office_config(), g.device), board=_board()
    )


@blueprint.get("/board.json")
@devices_only("display")
@described(BoardFacts)
def board() -> ResponseReturnValue:
    return jsonify(live_board(g.office_id))


@blueprint.get("/plain")
@devices_only("display")
def plain() -> str:
    """For engines that are too old for scripts: the same picture, drawn here, and loaded again every 5 s."""
    tv, picture = television(office_config(), g.device), _board()
    calls = [call for call in picture["calls"] if tv.shows(call["counter"])]
    return render_template(
        "display/plain.html",
        office=office_config(),
        tv=tv,
        board=picture,
        calls=calls,
        waiting=tv.waiting(picture),
    )


def _board() -> LiveBoard:
    live: Live = current_app.extensions["loket_live"]
    return live.board(g.office_id)
