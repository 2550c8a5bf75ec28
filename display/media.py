"""Slides and videos between the calls."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from shared.web.auth import devices_only

blueprint = Blueprint("media", __name__)


@blueprint.get("/media.json")
@devices_only("display")
def playlist() -> ResponseReturnValue:
    return jsonify(slides=[])
