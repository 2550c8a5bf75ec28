"""WAV files of calls and screens, each made once and kept: from an office's own recordings, else from the synthesiser.

Below the given folder lie `clips/<office>/<language>/<key>.wav`, which belong to the office and to its backup, and
`cache/<name>.wav`, which may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import wave
import weakref
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from shared.domain.errors import Invalid
from shared.domain.queue import speech
from shared.domain.queue.speech import Phrase, Style
from shared.voice.chime import chime
from shared.voice.loudness import RATE, TARGET_LUFS, normalise, trimmed, whole_blocks
from shared.voice.recording import recording
from shared.voice.synthesis import ENGINE, LONGEST_TEXT, WORDS_PER_MINUTE, PollingLock, Synthesiser

KEEP_FILES = 600
KEEP_BYTES = 120_000_000  # about 500 calls; a call weighs 350 kB with the chime
KEEP_SPARE = 20  # files in memory while the disk takes none
SHORTEST_CLIP_S = 0.08  # a spoken "e" of a quick speaker

_FORMAT = 1  # of what this file makes; raise it when the same inputs shall make other bytes
_GAP_S = 0.12  # between two clips
_STOP_S = 0.45  # where the sentence has its full stop
_AFTER_CHIME_S = 0.2
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # no disk; None: the system's temporary folder
_OFFICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

log = logging.getLogger(__name__)


class Voice:
    """All sound of one installation. Safe for threads and greenlets; several processes may share the folder."""

    def __init__(
        self,
        folder: Path,
        synthesiser: Synthesiser | None = None,
        *,
        keep_files: int = KEEP_FILES,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        self._clips = folder / "clips"
        self._cache = folder / "cache"
        self._synthesiser = synthesiser or Synthesiser()
        self._keep_files = keep_files
        self._keep_bytes = keep_bytes
        self._turn = PollingLock()
        self._spare: Path | None = None
        """Where sounds lie while the cache takes none."""

    def call_wav(
        self,
        number: str,
        counter: str | int,
        language: str = "id",
        style: Style = "digits",
        *,
        office: str | None = None,
        with_chime: bool = True,
    ) -> Path:
        """The WAV that calls `number` to `counter`, spoken once: repeating it is the player's part.

        Spoken by the clips of `office` when every phrase of the call is recorded in that language, else synthesised as
        one sentence. Raises Invalid as `speech.call_phrases`, NoSound when nothing can be synthesised.
        """
        phrases = speech.call_phrases(number, counter, language, style)
        text = speech.sentence(number, counter, language, style)
        return self._spoken(phrases, text, language, office, with_chime)

    def phrase_wav(
        self, key: str, language: str = "id", *, office: str | None = None, with_chime: bool = False
    ) -> Path:
        """The WAV of one phrase, such as "phrase.test" or "digit.7". Raises Unknown, Invalid, NoSound."""
        phrase = speech.phrase(key, language)
        return self._spoken((phrase,), phrase.text, language, office, with_chime)

    def speak(self, text: str, language: str = "id") -> Path:
        """The WAV of a screen's text, numbers and abbreviations made speakable, without chime.

        Raises Invalid when there is nothing to say or more than 1500 characters, NoSound.
        """
        said = speech.readable(" ".join(text.split()), language)
        if not re.search(r"\w", said) or len(said) > LONGEST_TEXT:
            raise Invalid("text", fields=["text"])
        return self._spoken((), said, language, None, with_chime=False)

    def save_clip(self, office: str, language: str, key: str, wav: bytes) -> Path:
        """Keeps an office's recording of one phrase, trimmed and at -16 LUFS; a former one is replaced.

        `wav`: PCM of 8 to 32 bits, mono or stereo, one of CLIP_RATES, up to 10 s. Raises Invalid with the code
        clip_format, clip_rate, clip_too_long or clip_silent.
        """
        path = self._clip_path(office, language, key)
        sound = trimmed(recording(wav))
        if len(sound) < SHORTEST_CLIP_S * RATE:
            raise Invalid("clip_silent", fields=["clip"])
        _write(path, normalise(whole_blocks(sound)), durable=True)
        return path

    def delete_clip(self, office: str, language: str, key: str) -> bool:
        """Forgets a recording; False when there was none. Calls already in the cache are not used any more."""
        path = self._clip_path(office, language, key)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        return True

    def clips(self, office: str, language: str) -> dict[str, Path]:
        """The recordings of an office by phrase key; what can be recorded is `speech.all_phrases`."""
        folder = self._clip_folder(office, language)
        if not folder.is_dir():
            return {}
        return {path.stem: path for path in sorted(folder.glob("*.wav")) if speech.is_key(path.stem)}

    def close(self) -> None:
        """Ends the synthesiser's process."""
        self._synthesiser.close()

    def _spoken(
        self, phrases: Sequence[Phrase], text: str, language: str, office: str | None, with_chime: bool
    ) -> Path:
        clips = self._recorded(phrases, language, office)
        facts = {
            "text": text,
            "language": language,
            "chime": with_chime,
            "engine": None if clips else f"{ENGINE} {WORDS_PER_MINUTE}",
            "clips": [_fingerprint(path) for path in clips],
        }

        def sound() -> array[int]:
            workshop = self._synthesiser
            spoken = workshop.join(_paused(phrases, clips)) if clips else workshop.say(text, language)
            return chime() + _silence(_AFTER_CHIME_S) + spoken if with_chime else spoken

        return self._made(facts, sound)

    def _recorded(self, phrases: Sequence[Phrase], language: str, office: str | None) -> list[Path]:
        """The clips of all the phrases, or none at all: half a sentence in another voice helps nobody."""
        if office is None or not phrases:
            return []
        recorded = self.clips(office, language)
        if any(phrase.key not in recorded for phrase in phrases):
            return []
        return [recorded[phrase.key] for phrase in phrases]

    def _made(self, facts: dict[str, object], sound: Callable[[], array[int]]) -> Path:
        """The cached file of these facts; made one at a time, so that ten displays make it once."""
        known = json.dumps([_FORMAT, RATE, TARGET_LUFS, facts], sort_keys=True)
        name = f"{hashlib.sha256(known.encode()).hexdigest()[:32]}.wav"
        if (path := self._kept(name)) is not None:
            return path
        with self._turn:
            if (path := self._kept(name)) is not None:
                return path
            made = sound()
            try:
                return self._keep(self._cache, name, made, self._keep_files)
            except OSError as fault:  # a disk that is full costs the cache and no call
                log.warning("voice_not_kept: %s", fault)
                return self._keep(self._memory(), name, made, KEEP_SPARE)

    def _memory(self) -> Path:
        if self._spare is None:
            self._spare = Path(tempfile.mkdtemp(prefix="loket-voice-", dir=_MEMORY))
            weakref.finalize(self, shutil.rmtree, self._spare, ignore_errors=True)
        return self._spare

    def _kept(self, name: str) -> Path | None:
        folders = [self._cache, *([self._spare] if self._spare else [])]
        return next((folder / name for folder in folders if _touched(folder / name)), None)

    def _keep(self, folder: Path, name: str, sound: array[int], most: int) -> Path:
        """Writes it, and deletes the files that were asked for longest ago until the folder is within its bounds."""
        newest = folder / name
        _write(newest, sound, durable=False)
        room = self._keep_bytes
        for place, (_, size, path) in enumerate(sorted(_sizes(folder), reverse=True)):
            room -= size
            if path != newest and (place >= most or room < 0):
                path.unlink(missing_ok=True)
        return newest

    def _clip_path(self, office: str, language: str, key: str) -> Path:
        if not speech.is_key(key):
            raise Invalid("clip_key", fields=["key"])
        return self._clip_folder(office, language) / f"{key}.wav"

    def _clip_folder(self, office: str, language: str) -> Path:
        if not _OFFICE.fullmatch(office):
            raise Invalid("office", fields=["office"])
        if language not in speech.LANGUAGES:
            raise Invalid("language", fields=["language"])
        return self._clips / office / language


def _paused(phrases: Sequence[Phrase], clips: Sequence[Path]) -> list[tuple[float, Path]]:
    """Each clip with the pause before it: a short one, and a longer one before "please proceed to"."""
    pauses = [_STOP_S if phrase.key == "phrase.proceed" else _GAP_S for phrase in phrases]
    return list(zip([0.0, *pauses[1:]], clips, strict=True))


def _silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * round(seconds * RATE)))


def _write(path: Path, sound: array[int], *, durable: bool) -> None:
    """Writes a WAV so that a reader sees the whole file or none; a recording also survives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".making-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as whole:
            with wave.open(whole, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(sound.tobytes())
            if durable:
                whole.flush()
                os.fsync(whole.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _fingerprint(clip: Path) -> tuple[str, int, int]:
    """Changes whenever the recording does."""
    facts = clip.stat()
    return str(clip), facts.st_mtime_ns, facts.st_size


def _touched(path: Path) -> bool:
    """Whether the file is there; if so it counts as asked for just now."""
    try:
        os.utime(path)
    except OSError:  # not there, or on a disk that takes nothing
        return path.is_file()
    return True


def _sizes(folder: Path) -> list[tuple[int, int, Path]]:
    """Last use, bytes and path of each cached file; another process may delete one meanwhile."""
    found = []
    for path in folder.glob("*.wav"):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        found.append((facts.st_mtime_ns, facts.st_size, path))
    return found
