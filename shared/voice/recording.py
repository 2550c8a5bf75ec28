"""A recording that an office brings: any usual WAV becomes samples at the rate of the voice."""

from __future__ import annotations

import io
import sys
import wave
from array import array
from functools import lru_cache
from itertools import chain, repeat
from math import gcd
from operator import mul

from shared.domain.errors import Invalid
from shared.voice.loudness import RATE, windowed_sinc

LONGEST_CLIP_S = 10.0
LARGEST_CLIP_BYTES = 6_000_000  # ten seconds, stereo, 24 bits, 96 kHz
CLIP_RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000)


def recording(wav: bytes) -> array[int]:
    """The WAV as mono 16-bit samples at RATE, untrimmed.

    PCM of 8 to 32 bits, mono or stereo, one of CLIP_RATES, up to 10 s. Raises Invalid with the code clip_format,
    clip_rate or clip_too_long.
    """
    if len(wav) > LARGEST_CLIP_BYTES:
        raise Invalid("clip_too_long", fields=["clip"], longest_s=LONGEST_CLIP_S)
    try:
        with wave.open(io.BytesIO(_plain(wav)), "rb") as file:
            rate, channels, width, frames = (
                file.getframerate(),
                file.getnchannels(),
                file.getsampwidth(),
                file.getnframes(),
            )
            raw = file.readframes(frames)
    except (wave.Error, EOFError, ValueError) as unreadable:
        raise Invalid("clip_format", fields=["clip"]) from unreadable
    if channels not in (1, 2) or width not in (1, 2, 3, 4):
        raise Invalid("clip_format", fields=["clip"])
    if rate not in CLIP_RATES:
        raise Invalid("clip_rate", fields=["clip"], rate=rate)
    if len(raw) > LONGEST_CLIP_S * rate * channels * width:
        raise Invalid("clip_too_long", fields=["clip"], longest_s=LONGEST_CLIP_S)
    return _resampled(_mono(raw, channels, width), rate)


_EXTENSIBLE, _PCM = b"\xfe\xff", b"\x01\x00"


def _plain(wav: bytes) -> bytes:
    """A WAV whose head says at length that it is PCM, as recorders write it for 24 bits, under the short head.

    Python reads only that before 3.12.
    """
    at = wav.find(b"fmt ", 12, 4096)
    kind, detail = at + 8, at + 8 + 24
    if at < 0 or wav[kind : kind + 2] != _EXTENSIBLE or wav[detail : detail + 2] != _PCM:
        return wav
    return wav[:kind] + _PCM + wav[kind + 2 :]


def _mono(raw: bytes, channels: int, width: int) -> array[int]:
    """Little-endian PCM of any width as 16-bit samples, the channels averaged; half a frame at the end is dropped."""
    raw = raw[: len(raw) - len(raw) % (channels * width)]
    if width == 1:
        samples = array("h", [(byte - 128) << 8 for byte in raw])
    else:
        high = bytearray(2 * (len(raw) // width))  # the two upper bytes of each sample
        high[0::2] = raw[width - 2 :: width]
        high[1::2] = raw[width - 1 :: width]
        samples = _native(bytes(high))
    if channels == 1:
        return samples
    return array("h", [(left + right) // 2 for left, right in zip(samples[0::2], samples[1::2], strict=True)])


def _resampled(samples: array[int], rate: int) -> array[int]:
    """The sound at RATE, through a windowed sinc that also keeps out what RATE cannot hold."""
    if rate == RATE or not samples:
        return samples
    shared = gcd(rate, RATE)
    up, down = RATE // shared, rate // shared
    kernels, reach = _phases(up, down)
    padded = array("h", chain(repeat(0, reach), samples, repeat(0, reach + 1)))
    out = []
    for i in range(len(samples) * up // down):
        at, phase = divmod(i * down, up)
        out.append(sum(map(mul, kernels[phase], padded[at + 1 : at + 1 + 2 * reach])))
    return array("h", [max(-32767, min(32767, round(value))) for value in out])


@lru_cache(maxsize=len(CLIP_RATES))
def _phases(up: int, down: int) -> tuple[list[tuple[float, ...]], int]:
    """One filter for each of the `up` places between two samples, and how many samples it reaches to either side."""
    band = min(1.0, up / down) * 0.95
    reach = round(16 / band)
    return [windowed_sinc(phase / up, reach, band) for phase in range(up)], reach


def _native(raw: bytes) -> array[int]:
    samples = array("h", raw)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
