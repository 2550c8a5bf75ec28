"""The three soft bell strokes before a call, made here from sines, so that nobody else's sound is in them."""

from __future__ import annotations

from array import array
from functools import lru_cache
from math import exp, pi, sin

from shared.voice.loudness import RATE, normalise

SECONDS = 1.5

# Start in seconds and pitch in hertz: A4, E5, C#5. Rising and falling back, so that it asks and does not alarm.
_STROKES = ((0.0, 440.0), (0.24, 659.26), (0.48, 554.37))
# Overtone, strength, seconds until it has faded to a third: the high ones die first, as in a bell.
_PARTIALS = ((1.0, 1.0, 0.30), (2.0, 0.35, 0.16), (3.0, 0.12, 0.09), (4.2, 0.05, 0.05))
_ATTACK_S = 0.006
_RELEASE_S = 0.15
_INAUDIBLE = 0.001


@lru_cache(maxsize=1)
def chime() -> array[int]:
    """The chime as 16-bit mono samples at -16 LUFS, 1.5 s long; one object for all callers, so do not change it."""
    length = round(SECONDS * RATE)
    mixed = [0.0] * length
    for start_s, pitch in _STROKES:
        start = round(start_s * RATE)
        for at, value in enumerate(_stroke(pitch, length - start), start):
            mixed[at] += value
    release = round(_RELEASE_S * RATE)
    for i in range(release):
        mixed[-1 - i] *= i / release
    return normalise(array("h", [round(6000 * value) for value in mixed]))


def _stroke(pitch: float, length: int) -> list[float]:
    values = [0.0] * length
    for overtone, strength, fade_s in _PARTIALS:
        turn = 2 * pi * pitch * overtone / RATE
        shrink = exp(-1 / (fade_s * RATE))
        level = strength
        for i in range(length):
            values[i] += level * sin(turn * i)
            level *= shrink
            if level < _INAUDIBLE:
                break
    attack = round(_ATTACK_S * RATE)
    for i in range(attack):
        values[i] *= i / attack
    return values
