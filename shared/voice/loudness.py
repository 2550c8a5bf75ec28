"""How loud a sound is (ITU-R BS.1770-5) and how to bring it to one loudness without clipping; plain numbers, no files.

Sounds are mono, 16 bits a sample, RATE samples a second. A sound shorter than the standard's block of 400 ms is
measured as one block with silence behind it: that is what any meter shows when the file is padded to 400 ms, and it
gives a short "a" the extra level with which it seems as loud as a long "delapan".
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, cos, inf, log10, pi, sin, sqrt, tan
from operator import mul

RATE = 22050
TARGET_LUFS = -16.0
CEILING_DBTP = -1.5
BLOCK_S = 0.4  # BS.1770-5: gating blocks of 400 ms that overlap by 75 %
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

_FULL = 32768.0
_CEILING = _FULL * 10 ** (CEILING_DBTP / 20)
_MOST_GAIN_DB = 40.0
_TRIES = 4
_ROUNDS = 12
_NEAR_ENOUGH_LU = 0.25
_NEAR_ENOUGH_DB = 0.05
_OVERSHOOT = 1.4  # the limiter takes part of each added decibel away again
_CHUNK = 32  # samples that share one requirement of the limiter, 1.5 ms
_REACH = 4  # chunks on each side over which the limiter eases in and out, 6 ms
_TAPS = 6  # on each side of the point between samples


def integrated(samples: Sequence[int], rate: int = RATE) -> float:
    """Gated loudness in LUFS of 16-bit mono samples; -inf when nothing is louder than the absolute gate of -70 LUFS."""
    hop = round(rate * BLOCK_S / 4)
    energies = _hop_energies(samples, rate, hop)
    energies += [0.0] * (4 - len(energies))
    blocks = [sum(energies[i : i + 4]) / (4 * hop) for i in range(len(energies) - 3)]
    loud = [power for power in blocks if _lufs(power) > ABSOLUTE_GATE_LUFS]
    if not loud:
        return -inf
    gate = _lufs(sum(loud) / len(loud)) + RELATIVE_GATE_LU
    kept = [power for power in loud if _lufs(power) > gate]
    return _lufs(sum(kept) / len(kept))


def true_peak(samples: Sequence[int]) -> float:
    """The highest point between and on the samples, in dBTP (BS.1770-5 annex 2: four times oversampled)."""
    peak = max(_chunk_peaks(samples, floor=0.5 * max(map(abs, samples), default=0)), default=0.0)
    return 20 * log10(peak / _FULL) if peak else -inf


def normalise(samples: Sequence[int], target: float = TARGET_LUFS) -> array[int]:
    """The same sound at `target` LUFS, its true peak held under -1.5 dBTP by a look-ahead limiter.

    Silence comes back as it is. A sound that is all peak (a click) stays quieter than the target rather than distort.
    """
    loudness = integrated(samples)
    if loudness == -inf:
        return array("h", samples)
    highest_db = min(target - loudness, _MOST_GAIN_DB)
    # Points between samples matter only where the sound could come near the ceiling, 6 dB away or less.
    peaks = _chunk_peaks(samples, floor=0.5 * _CEILING / 10 ** (highest_db / 20))
    energies = [sum(map(mul, chunk, chunk)) for chunk in _chunks(samples)]
    best, best_off = array("h", samples), inf
    change_db = target - loudness
    for _ in range(_TRIES):
        out = _amplified(samples, _changed_by(change_db, peaks, energies))
        off = target - integrated(out)
        if abs(off) < best_off:
            best, best_off = out, abs(off)
        if best_off <= _NEAR_ENOUGH_LU:
            break
        change_db += off
    return best


def trimmed(samples: Sequence[int], margin_s: float = 0.03) -> array[int]:
    """The sound without the silence before and after it, `margin_s` left on both sides and faded; empty when silent.

    Silent is what lies 40 dB under the loudest 10 ms, or close to the noise of the room that the recording holds.
    """
    frame = RATE // 100
    levels = [_rms(samples[i : i + frame]) for i in range(0, len(samples), frame)]
    loudest = max(levels, default=0.0)
    if loudest < 30.0:  # -60 dBFS
        return array("h")
    room = sorted(levels)[len(levels) // 10]
    gate = max(loudest / 100, 15.0, min(3 * room, loudest / 6))
    heard = [i for i, level in enumerate(levels) if level > gate]
    margin = round(margin_s * RATE)
    first = max(heard[0] * frame - margin, 0)
    return _faded(array("h", samples[first : (heard[-1] + 1) * frame + margin]))


def whole_blocks(sound: array[int]) -> array[int]:
    """The sound with silence behind it up to a whole number of 100 ms steps, at least one block of 400 ms.

    So every meter sees the same blocks: some count an unfinished one at the end, the standard does not.
    """
    step = RATE // 10
    steps = max(round(BLOCK_S * 10), -(-len(sound) // step))
    return sound + array("h", bytes(2 * (steps * step - len(sound))))


def _hop_energies(samples: Sequence[int], rate: int, hop: int) -> list[float]:
    """The K-weighted energy of each 100 ms; a rest at the end counts only while the whole is shorter than one block.

    Both filters run in one loop, because this is the slow part: BS.1770-5 annex 1, the coefficients for any rate.
    """
    (b0, b1, b2, a1, a2), (c1, c2) = _k_weighting(rate)
    count = len(samples) // hop
    if len(samples) < 4 * hop:
        count = ceil(len(samples) / hop)
    x1 = x2 = y1 = y2 = z1 = z2 = 0.0
    energies = []
    for start in range(0, count * hop, hop):
        energy = 0.0
        for raw in samples[start : start + hop]:
            x = raw / 32768.0
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x2 = x1
            x1 = x
            z = y - c1 * z1 - c2 * z2  # direct form II: the numerator 1, -2, 1 acts on the delayed values
            weighted = z - 2.0 * z1 + z2
            y2 = y1
            y1 = y
            z2 = z1
            z1 = z
            energy += weighted * weighted
        energies.append(energy)
    return energies


def _k_weighting(rate: int) -> tuple[tuple[float, float, float, float, float], tuple[float, float]]:
    """The head's high shelf and the high-pass for any rate.

    BS.1770-5 gives coefficients for 48 kHz only; these analogue prototypes give the same there (ITU-R BS.1770, as
    derived in libebur128).
    """
    k = tan(pi * 1681.974450955533 / rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = (
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    )
    k = tan(pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    return shelf, (2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)


def _lufs(power: float) -> float:
    return -0.691 + 10 * log10(power) if power > 0 else -inf


def _chunk_peaks(samples: Sequence[int], floor: float) -> list[float]:
    """The true peak of each chunk; chunks whose samples stay under `floor` are not oversampled."""
    edge = array("h", [0] * _TAPS)
    padded = edge + array("h", samples) + edge
    peaks = []
    for start in range(0, len(samples), _CHUNK):
        chunk = padded[start + _TAPS : min(start + _CHUNK, len(samples)) + _TAPS]
        peak = float(max(max(chunk), -min(chunk)))
        peaks.append(_oversampled(padded, start, len(chunk), peak) if peak > floor else peak)
    return peaks


def _oversampled(padded: array[int], start: int, length: int, peak: float) -> float:
    """The highest point of a chunk with three points put in after each sample that is high enough to matter."""
    for i in range(start, start + length):
        here, after = padded[i + _TAPS], padded[i + _TAPS + 1] if i + _TAPS + 1 < len(padded) else 0
        if max(abs(here), abs(after)) < 0.75 * peak:
            continue
        around = padded[i + 1 : i + 2 * _TAPS + 1]
        for kernel in _KERNELS:
            peak = max(peak, abs(sum(map(mul, kernel, around))))
    return peak


def windowed_sinc(fraction: float, reach: int, band: float = 1.0) -> tuple[float, ...]:
    """The weights of `reach` samples on each side of the point `fraction` of a sample after the middle.

    `band`: how much of what the samples can hold passes. Normalised so that a constant stays.
    """
    raw = []
    for tap in range(1 - reach, reach + 1):
        distance = tap - fraction
        window = 0.5 + 0.5 * cos(pi * distance / reach) if abs(distance) < reach else 0.0
        angle = pi * distance * band
        raw.append(window * (sin(angle) / angle if angle else 1.0))
    total = sum(raw)
    return tuple(value / total for value in raw)


_KERNELS = tuple(windowed_sinc(quarter / 4, _TAPS) for quarter in (1, 2, 3))


def _chunks(samples: Sequence[int]) -> list[Sequence[int]]:
    return [samples[start : start + _CHUNK] for start in range(0, len(samples), _CHUNK)]


def _envelope(peaks: Sequence[float], gain_db: float) -> list[float]:
    """The gain of each chunk: `gain_db`, and smoothly less around every chunk whose peak would pass the ceiling.

    The lowest wanted gain nearby, then its moving mean over a shorter reach: never above what a chunk itself wants.
    """
    gain = 10 ** (gain_db / 20)
    edge = [gain] * _REACH
    wanted = [*edge, *(gain if peak * gain <= _CEILING else _CEILING / peak for peak in peaks), *edge]
    low = [min(wanted[i : i + 2 * _REACH + 1]) for i in range(len(peaks))]
    reach = _REACH - 1
    low = low[:1] * reach + low + low[-1:] * reach
    width = 2 * reach + 1
    return [sum(low[i : i + width]) / width for i in range(len(peaks))]


def _changed_by(change_db: float, peaks: Sequence[float], energies: Sequence[int]) -> list[float]:
    """The envelope that makes the plain energy so much larger, the limiter's part included.

    Found on the chunks alone, which is quick; the K-weighted change is close to it and is measured afterwards.
    """
    gain_db = min(change_db, _MOST_GAIN_DB)
    envelope = _envelope(peaks, gain_db)
    for _ in range(_ROUNDS):
        short = change_db - _change_db(energies, envelope)
        if abs(short) <= _NEAR_ENOUGH_DB or gain_db + short > _MOST_GAIN_DB:
            break
        gain_db += short * _OVERSHOOT
        envelope = _envelope(peaks, gain_db)
    return envelope


def _change_db(energies: Sequence[int], envelope: Sequence[float]) -> float:
    """What the envelope does to the loudness, by the plain energy of the chunks: close to the K-weighted change."""
    after = sum(energy * gain * gain for energy, gain in zip(energies, envelope, strict=True))
    return 10 * log10(after / sum(energies))


def _amplified(samples: Sequence[int], envelope: Sequence[float]) -> array[int]:
    """The sound times the envelope, whose gains are led in straight lines through the middles of the chunks."""
    middles = [envelope[0], *((low + high) / 2 for low, high in pairwise(envelope)), envelope[-1]]
    half = _CHUNK // 2
    gains: list[float] = []
    for before, here, after in zip(middles, envelope, middles[1:], strict=False):
        if before == here == after:
            gains += [here] * _CHUNK
        else:
            gains += [before + (here - before) * i / half for i in range(half)]
            gains += [here + (after - here) * i / half for i in range(half)]
    return array("h", map(round, map(mul, samples, gains)))


def _rms(samples: Sequence[int]) -> float:
    """The level around the frame's own middle, so that a microphone's constant offset does not count as sound."""
    count = len(samples)
    mean = sum(samples) / count
    return sqrt(max(sum(map(mul, samples, samples)) / count - mean * mean, 0.0))


def _faded(sound: array[int]) -> array[int]:
    """Five milliseconds in and out, against clicks at the cut."""
    length = min(RATE // 200, len(sound) // 2)
    for i in range(length):
        sound[i] = sound[i] * i // length
        sound[-1 - i] = sound[-1 - i] * i // length
    return sound
