"""The sound of the installation as the screens ask for it; made outside the event loop, kept as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, cast

import structlog
from flask import current_app

from shared.domain.errors import Refusal
from shared.domain.office import OfficeConfig
from shared.loop import off_the_loop
from shared.voice.clips import Voice
from shared.voice.synthesis import NoSound

P = ParamSpec("P")

log = structlog.get_logger()


class Silent(Refusal):
    """There is no sound now; whoever asked goes on without it."""

    status = 503


def call(office: OfficeConfig, number: str, counter: str, language: str = "id", *, with_chime: bool = True) -> Path:
    """The WAV that calls `number` to the counter of that name. Raises `Silent("no_sound")`."""

    style = office.settings.voice_style
    return _made(_voice().call_wav, number, counter, language, style, office=_own(office), with_chime=with_chime)


def test(office: OfficeConfig) -> Path:
    """The WAV of the sound test, with chime. Raises `Silent("no_sound")`."""
    return _made(_voice().phrase_wav, "phrase.test", office=_own(office), with_chime=True)


def speak(text: str, language: str) -> Path:
    """The WAV of a screen's text. Raises `Silent("no_sound")`, and `Invalid("text")` when there is nothing to say."""
    return _made(_voice().speak, text, language)


def clips(office: OfficeConfig, language: str) -> dict[str, Path]:
    """The office's own recordings by phrase key. Raises `Invalid("language")`."""
    return _voice().clips(office.slug, language)


def keep_clip(office: OfficeConfig, language: str, key: str, wav: bytes) -> None:
    """Raises `Invalid` with what is wrong with the recording, as `Voice.save_clip`."""
    off_the_loop(_voice().save_clip, office.slug, language, key, wav)


def forget_clip(office: OfficeConfig, language: str, key: str) -> bool:
    """False when there was none. Raises `Invalid`."""
    return _voice().delete_clip(office.slug, language, key)


def _own(office: OfficeConfig) -> str | None:
    """Whose recordings win; None: the synthesiser speaks, as the office wants it."""
    return office.slug if office.settings.own_voice else None


def _made(make: Callable[P, Path], *args: P.args, **kwargs: P.kwargs) -> Path:
    try:
        return off_the_loop(make, *args, **kwargs)
    except NoSound as silent:
        log.warning("no_sound", why=str(silent))
        raise Silent("no_sound") from silent


def _voice() -> Voice:
    return cast(Voice, current_app.extensions["loket_voice"])
