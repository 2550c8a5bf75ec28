"""What a display says: the WAV of a call, the sound test, and its word back that it has spoken."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, g, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from shared.domain.queue import speech
from shared.engine.setup.office import Form
from shared.store.queue import announcements
from shared.web import voice
from shared.web.access.auth import devices_only, now, store
from shared.web.answers import SpokenCall
from shared.web.bounds import Id
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config

blueprint = Blueprint("sound", __name__)
KEPT_S = 3600
"""How long a browser may keep a call's sound: an office may record its own clips meanwhile."""


class Spoken(Form):
    """A display has begun to speak a call."""

    id: Id


@blueprint.get("/calls/<int:call_id>.wav")
@devices_only("display")
def call(call_id: int) -> ResponseReturnValue:
    """The call in Indonesian, after the chime; with `?again` without it, in the visitor's own language."""
    with store().read() as connection:
        found = announcements.announcement(connection, office_config(), call_id)
    is_repeat = "again" in request.args
    language = found.language if is_repeat else "id"
    counter = speech.speakable(found.counter.name, found.counter.number)
    return _wav(voice.call(office_config(), found.number, counter, language, with_chime=not is_repeat))


@blueprint.get("/test.wav")
@devices_only("display")
def test() -> ResponseReturnValue:
    return _wav(voice.test(office_config()))


@blueprint.post("/spoken")
@devices_only("display")
@described(SpokenCall, takes=Spoken)
def spoken() -> ResponseReturnValue:
    """The counter that called sees that its call was heard. No queue depends on it, so no office is locked."""
    heard = read(Spoken)
    is_news = store().write_with(announcements.hear, office_config(), heard.id, now())
    if is_news:
        current_app.extensions["loket_live"].publish(g.office_id, 0)
    return jsonify(heard=heard.id)


def _wav(path: Path) -> ResponseReturnValue:
    response = send_file(path, mimetype="audio/wav", conditional=True, max_age=KEPT_S)
    response.headers["Cache-Control"] = f"private, max-age={KEPT_S}"
    return response
