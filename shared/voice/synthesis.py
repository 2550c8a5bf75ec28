"""eSpeak NG in a process of its own: words go in, levelled sound comes out, without internet.

eSpeak NG is under the GPL-3 and may crash, so it never enters the server's process: `python -m shared.voice.synthesis`
is a program that reads one JSON line per wish on its input and answers with one JSON line and the samples it names:

    {"text": "Nomor antrean, A, nol, nol, dua.", "language": "id", "words_per_minute": 130}
    {"clips": [[0.0, "/.../phrase.number.wav"], [0.12, "/.../letter.A.wav"]]}     seconds of silence before each
    {"samples": 72110}            and then 144220 bytes, 16-bit little endian, mono, 22050 a second
    {"error": "..."}              nothing could be said; the next line is welcome

Joining clips is done there too: levelling is a tenth of a second of pure counting, for which the server has no time.
"""

from __future__ import annotations

import json
import logging
import os
import posix
import re
import select
import signal
import sys
import time
import wave
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.late import late
from shared.voice.loudness import RATE, normalise, trimmed, whole_blocks

if TYPE_CHECKING:
    import ctypes
else:
    ctypes = late("ctypes")

WORDS_PER_MINUTE = 130  # slow enough for a loud room
LONGEST_TEXT = 1500  # characters, about a minute and a half
ENGINE = "espeakng-1"  # part of every cache key; raise it when the same words shall sound different

# eSpeak reads these with the wrong e (KBBI: lokét, antréan, ênam, êmpat, bêlas), so they go in as its phonemes.
_PHONEMES = {
    "id": {
        "loket": "l'oket",
        "antrean": "antr'ean",
        "enam": "@n'am",
        "empat": "@mp'at",
        "belas": "b@l'as",
        "sebelas": "s@b@l'as",
    },
}
_VOICES = {"id": b"id", "en": b"en"}

log = logging.getLogger(__name__)


class NoSound(Exception):
    """The synthesiser gave no sound: it is missing, it refused the text, or it did not answer in time."""


class PollingLock:
    """One at a time, for threads, greenlets and the threads of gevent's pool together.

    A `threading.Lock` that gevent has patched never wakes again when a greenlet and a thread of the pool wait for it
    (seen with gevent 26.9), so here those who wait look again every few milliseconds.
    """

    _LOOK_AGAIN_S = 0.005

    def __init__(self) -> None:
        self._token = deque([True])

    def __enter__(self) -> None:
        while True:
            try:
                self._token.pop()  # taking the last thing from a deque is one step for the interpreter
                return
            except IndexError:
                time.sleep(self._LOOK_AGAIN_S)

    def __exit__(self, *_: object) -> None:
        self._token.append(True)


class _Gone(Exception):
    """The process ended before it answered."""


@dataclass(frozen=True, slots=True)
class _Process:
    """A running synthesiser. `owner`: the process that started it, for after a fork its pipes belong to the parent."""

    pid: int
    owner: int
    requests: int
    answers: int


class Synthesiser:
    """One synthesiser process, started with the first wish and again when it has died; for threads and greenlets.

    gevent's Popen works in the main thread alone, so this holds bare pipes: `posix.posix_spawn` is never patched, and
    `select.poll` waits for whoever calls, be it a thread, a greenlet or a thread of gevent's pool.
    """

    def __init__(self, timeout_s: float = 20.0) -> None:
        self._timeout_s = timeout_s
        self._turn = PollingLock()
        self._process: _Process | None = None

    def say(self, text: str, language: str = "id") -> array[int]:
        """The text as 16-bit mono samples at -16 LUFS, silence cut off, filled up to whole tenths of a second.

        A process that dies is started again once for the same text. Raises NoSound.
        """
        if len(text) > LONGEST_TEXT:
            raise NoSound(f"text of {len(text)} characters, at most {LONGEST_TEXT}")
        return self._ask_twice({"text": text, "language": language, "words_per_minute": WORDS_PER_MINUTE})

    def join(self, clips: Sequence[tuple[float, Path]]) -> array[int]:
        """Recordings one after another at -16 LUFS, each after so many seconds of silence. Raises NoSound.

        The recordings are mono, 16 bits, RATE; eSpeak is not needed for it.
        """
        return self._ask_twice({"clips": [(pause_s, str(path)) for pause_s, path in clips]})

    @property
    def pid(self) -> int | None:
        """The process that speaks now, None before the first text."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """Ends the process; the next text starts a new one."""
        with self._turn:
            self._stop()

    def _ask_twice(self, request: dict[str, object]) -> array[int]:
        line = json.dumps(request).encode() + b"\n"
        with self._turn:
            try:
                return self._ask(line)
            except _Gone:
                log.warning("the synthesiser died; starting it again")
            try:
                return self._ask(line)
            except _Gone as gone:
                raise NoSound("the synthesiser died twice over the same words") from gone

    def _ask(self, line: bytes) -> array[int]:
        if self._process is not None and self._process.owner != os.getpid():
            self._forget()
        if self._process is None:
            self._process = _start()
        try:
            return _answer(self._process, line, time.monotonic() + self._timeout_s)
        except NoSound as refused:
            if isinstance(refused.__cause__, TimeoutError):
                self._stop()
            raise
        except BaseException:  # also a killed greenlet: half an answer must not be taken for the next one
            self._stop()
            raise

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        alive = process.owner == os.getpid() and not _hung_up(process.answers)
        self._forget()
        if alive:  # its end of the pipe is open, so the number still means this process
            os.kill(process.pid, signal.SIGKILL)
        _reap(process.pid)

    def _forget(self) -> None:
        if self._process is not None:
            os.close(self._process.requests)
            os.close(self._process.answers)
            self._process = None


def _start() -> _Process:
    """Starts the program with our end of two pipes; when we die, its input ends and so does it."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    its_input, requests = os.pipe()
    answers, its_output = os.pipe()
    try:
        pid = posix.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "shared.voice.synthesis"],
            {**os.environ, "PYTHONPATH": path},
            file_actions=[(os.POSIX_SPAWN_DUP2, its_input, 0), (os.POSIX_SPAWN_DUP2, its_output, 1)],
            setpgroup=0,  # Ctrl-C at the terminal is for the server, which then ends this one by its pipe
        )
    except OSError as failed:
        os.close(requests)
        os.close(answers)
        raise NoSound(f"the synthesiser does not start: {failed}") from failed
    finally:
        os.close(its_input)
        os.close(its_output)
    return _Process(pid, os.getpid(), requests, answers)


def _answer(process: _Process, line: bytes, until: float) -> array[int]:
    try:
        os.write(process.requests, line)  # far less than a pipe holds, and it is empty
    except BrokenPipeError as broken:
        raise _Gone from broken
    head, _, rest = _read(process.answers, bytearray(), b"\n", 0, until).partition(b"\n")
    answer: dict[str, Any] = json.loads(head)
    if "error" in answer:
        raise NoSound(answer["error"])
    body = _read(process.answers, rest, b"", 2 * answer["samples"], until)
    sound = array("h", bytes(body))
    if sys.byteorder == "big":
        sound.byteswap()
    return sound


def _read(source: int, got: bytearray, ending: bytes, size: int, until: float) -> bytearray:
    """Reads on until `ending` has come and `size` bytes are there. Raises _Gone at the end, NoSound when time is up."""
    while len(got) < size or ending not in got:
        poll = select.poll()
        poll.register(source, select.POLLIN)
        left_ms = max(0, round(1000 * (until - time.monotonic())))
        if not poll.poll(left_ms):
            raise NoSound("the synthesiser did not answer in time") from TimeoutError()
        more = os.read(source, 1 << 16)
        if not more:
            raise _Gone
        got += more
    return got


def _hung_up(source: int) -> bool:
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _reap(pid: int) -> None:
    """Takes the ended process off the system's list; gevent's loop may have done so before us."""
    for _ in range(100):
        try:
            if posix.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            return
        time.sleep(0.01)


# From here on: the program on the other side of the pipes.


class _Engine:
    """The eSpeak NG library, as `espeak/speak_lib.h` (1.52) describes it."""

    _SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
    _RATE = 1  # espeakRATE
    _CHARACTER = 1  # POS_CHARACTER
    _FLAGS = 0x0001 | 0x0100  # espeakCHARS_UTF8 | espeakPHONEMES, which reads [[...]] as phonemes

    def __init__(self) -> None:
        import espeakng_loader  # here, because the server imports this file too and shall not load it

        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        data = str(espeakng_loader.get_data_path()).encode()
        rate = self._library.espeak_Initialize(self._SYNCHRONOUS, 0, data, 0)
        if rate != RATE:
            raise NoSound(f"eSpeak NG does not start ({rate})")
        self._sound = bytearray()
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
        self._callback = kind(self._collect)  # kept, or it would be collected while C still calls it
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, language: str, words_per_minute: int) -> array[int]:
        voice = _VOICES.get(language)
        if voice is None or self._library.espeak_SetVoiceByName(voice):
            raise NoSound(f"no voice for {language!r}")
        self._library.espeak_SetParameter(self._RATE, words_per_minute, 0)
        self._sound.clear()
        raw = _with_phonemes(text, language).encode() + b"\0"
        failed = self._library.espeak_Synth(
            raw, ctypes.c_size_t(len(raw)), 0, self._CHARACTER, 0, self._FLAGS, None, None
        )
        if failed:
            raise NoSound(f"eSpeak NG refused the text ({failed})")
        return array("h", bytes(self._sound))

    def _collect(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, 2 * count)
        return 0


def _with_phonemes(text: str, language: str) -> str:
    """The text with the words that eSpeak misreads as phonemes; brackets in the text itself cannot mean any."""
    known = _PHONEMES.get(language, {})
    plain = text.replace("[", " ").replace("]", " ").replace("\0", " ")

    def word(found: re.Match[str]) -> str:
        phonemes = known.get(found.group().lower())
        return f"[[{phonemes}]]" if phonemes else found.group()

    return re.sub(r"\w+", word, plain)


def serve(requests: int, answers: int) -> None:
    """Answers line after line until the input ends."""
    engine = lru_cache(maxsize=1)(_Engine)
    with os.fdopen(requests, "r", encoding="utf-8") as lines, os.fdopen(answers, "wb") as out:
        for line in lines:
            try:
                request = json.loads(line)
                if "clips" in request:
                    sound = normalise(whole_blocks(_joined(request["clips"])))
                else:
                    spoken = engine().say(request["text"], request["language"], request["words_per_minute"])
                    sound = normalise(whole_blocks(trimmed(spoken)))
            except (NoSound, OSError, ImportError, wave.Error, EOFError, ValueError, KeyError, TypeError) as refused:
                out.write(json.dumps({"error": str(refused)}).encode() + b"\n")
            else:
                if sys.byteorder == "big":
                    sound.byteswap()
                out.write(json.dumps({"samples": len(sound)}).encode() + b"\n" + sound.tobytes())
            out.flush()


def _joined(clips: Sequence[tuple[float, str]]) -> array[int]:
    """The clips with their pauses, without the zeros that filled each up to a whole number of blocks."""
    raw = b""
    for pause_s, path in clips:
        with wave.open(path, "rb") as file:
            clip = file.readframes(file.getnframes()).rstrip(b"\0")
        raw += bytes(2 * round(pause_s * RATE)) + clip + b"\0" * (len(clip) % 2)
    sound = array("h", raw)
    if sys.byteorder == "big":
        sound.byteswap()
    return sound


if __name__ == "__main__":
    own_output = os.dup(1)
    os.dup2(2, 1)  # whatever the library prints must not fall between the answers
    serve(os.dup(0), own_output)
