"""Setup: the office's own voice, phrase by phrase and language by language, recorded here or brought as a WAV."""

from __future__ import annotations

from flask import jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import page, setup_page
from shared.domain.errors import Invalid, Refusal, Unknown
from shared.domain.queue import speech
from shared.domain.queue.speech import Phrase
from shared.engine.setup import office as engine
from shared.voice.recording import LARGEST_CLIP_BYTES
from shared.web import voice
from shared.web.access import auth
from shared.web.answers import Recording
from shared.web.clicks import change
from shared.web.forms import Shown, file, pressed
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.limits import takes_files

LARGEST_UPLOAD = LARGEST_CLIP_BYTES + 100_000


@setup_page("/voice", methods=["GET"])
def recordings() -> ResponseReturnValue:
    return _page()


@setup_page("/voice/<language>/<key>", methods=["GET", "POST"])
@takes_files(LARGEST_UPLOAD)
@described(Recording)
def recording(language: str, key: str) -> ResponseReturnValue:
    """GET plays what was kept; POST keeps the WAV in `clip`, or forgets it when the button says so."""
    phrase = next((each for each in _phrases(language) if each.key == key), None)
    if phrase is None:
        raise Unknown("phrase")
    if request.method == "GET":
        found = voice.clips(office_config(), language).get(key)
        if found is None:
            raise Unknown("phrase")
        return send_file(found, mimetype="audio/wav", max_age=0)
    try:
        _change(language, key)
    except Refusal as error:
        if not auth.wants_page():
            raise
        return _page(sentence(error), error.status)
    if not auth.wants_page():
        return jsonify(recorded=key in voice.clips(office_config(), language), missing=len(_missing(language)))
    return redirect(url_for("setup.recordings", language=language, saved=1), 303)


def _change(language: str, key: str) -> None:
    if pressed() == "remove":
        if voice.forget_clip(office_config(), language, key):
            change(engine.note_file, "clip_removed", {"language": language, "phrase": key})
        return
    clip = file("clip")
    if clip is None:
        raise Invalid("clip_format", fields=["clip"])
    voice.keep_clip(office_config(), language, key, clip.stream.read())
    change(engine.note_file, "clip", {"language": language, "phrase": key})


def _page(message: str | None = None, status: int = 200) -> ResponseReturnValue:
    language = request.args.get("language") or (request.view_args or {}).get("language") or "id"
    return page(
        "voice",
        "voice",
        Shown({}, {}, message),
        status,
        speaks=language if language in speech.LANGUAGES else "id",
        phrases=_phrases(language),
        recorded=voice.clips(office_config(), language if language in speech.LANGUAGES else "id"),
        missing=len(_missing(language)),
        needed=_needed(language if language in speech.LANGUAGES else "id"),
    )


def _phrases(language: str) -> list[Phrase]:
    """What can be recorded: the usual phrases, then the counters of this office that have a name of their own."""
    spoken = language if language in speech.LANGUAGES else "id"
    known = {each.key: each for each in speech.all_phrases(spoken)}
    known |= {each.key: each for each in _counters(spoken) if each.key not in known}
    if office_config().settings.voice_style == "whole":
        known |= {each.key: each for number in range(1000) if (each := speech.phrase(f"number.{number}", spoken))}
    return list(known.values())


def _counters(language: str) -> list[Phrase]:
    """How each counter of this office is said."""
    names = (speech.speakable(counter.name, counter.number) for counter in office_config().counters)
    return [speech.call_phrases("A-1", name, language)[-1] for name in names]


def _missing(language: str) -> list[str]:
    """The phrases that calls of this office need and that nobody has recorded: while one is, the synthesiser speaks."""
    spoken = language if language in speech.LANGUAGES else "id"
    return sorted(_needed(spoken) - set(voice.clips(office_config(), spoken)))


def _needed(spoken: str) -> set[str]:
    """The phrases that calls of this office need."""
    letters = {service.series for service in office_config().services}
    counters = {each.key for each in _counters(spoken)}
    needed = {"phrase.number", "phrase.proceed", *(f"letter.{each}" for each in letters), *counters}
    kind, most = ("number", 1000) if office_config().settings.voice_style == "whole" else ("digit", 10)
    return needed | {f"{kind}.{each}" for each in range(most)}
