"""The sound of the installation as the screens ask for it; made outside the event loop, kept as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, cast

import structlog
from flask import current_app

from shared.domain.errors import Refusal
from shared.loop import off_the_loop
from shared.store.setup import Setup
from shared.voice.clips import Voice
from shared.voice.synthesis import NoSound

P = ParamSpec("P")

log = structlog.get_logger()


class Silent(Refusal):
    """There is no sound now; whoever asked goes on without it."""

    status = 503


def call(setup: Setup, number: str, counter: str, language: str = "id", *, with_chime: bool = True) -> Path:
    """The WAV that calls `number` to the counter of that name. Raises `Silent("no_sound")`."""

    style = setup.settings.voice_style
    return _made(_voice().call_wav, number, counter, language, style, office=_own(setup), with_chime=with_chime)


def test(setup: Setup) -> Path:
    """The WAV of the sound test, with chime. Raises `Silent("no_sound")`."""
    return _made(_voice().phrase_wav, "phrase.test", office=_own(setup), with_chime=True)


def speak(text: str, language: str) -> Path:
    """The WAV of a screen's text. Raises `Silent("no_sound")`, and `Invalid("text")` when there is nothing to say."""
    return _made(_voice().speak, text, language)


def clips(setup: Setup, language: str) -> dict[str, Path]:
    """The office's own recordings by phrase key. Raises `Invalid("language")`."""
    return _voice().clips(setup.slug, language)


def keep_clip(setup: Setup, language: str, key: str, wav: bytes) -> None:
    """Raises `Invalid` with what is wrong with the recording, as `Voice.save_clip`."""
    off_the_loop(_voice().save_clip, setup.slug, language, key, wav)


def forget_clip(setup: Setup, language: str, key: str) -> bool:
    """False when there was none. Raises `Invalid`."""
    return _voice().delete_clip(setup.slug, language, key)


def _own(setup: Setup) -> str | None:
    """Whose recordings win; None: the synthesiser speaks, as the office wants it."""
    return setup.slug if setup.settings.own_voice else None


def _made(make: Callable[P, Path], *args: P.args, **kwargs: P.kwargs) -> Path:
    try:
        return off_the_loop(make, *args, **kwargs)
    except NoSound as silent:
        log.warning("no_sound", why=str(silent))
        raise Silent("no_sound") from silent


def _voice() -> Voice:
    return cast(Voice, current_app.extensions["loket_voice"])
