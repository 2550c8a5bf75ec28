"""The sound: equally loud, never clipped, digits told apart, recordings that win, a synthesiser that may die."""

from __future__ import annotations

import io
import math
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import wave
from array import array
from itertools import combinations
from pathlib import Path

import pytest

from shared.domain.errors import Invalid, Unknown
from shared.domain.queue import speech
from shared.voice import clips
from shared.voice.chime import SECONDS, chime
from shared.voice.clips import Voice
from shared.voice.loudness import RATE, integrated, normalise, trimmed, true_peak
from shared.voice.synthesis import NoSound, Synthesiser

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def synthesiser():
    made = Synthesiser()
    yield made
    made.close()


@pytest.fixture
def voice(tmp_path, synthesiser):
    return Voice(tmp_path, synthesiser)


def samples_of(path):
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return array("h", file.readframes(file.getnframes()))


def tone(hertz=440.0, seconds=1.0, level_db=-20.0, rate=RATE):
    peak = 32767 * 10 ** (level_db / 20)
    return array("h", [round(peak * math.sin(2 * math.pi * hertz * i / rate)) for i in range(round(seconds * rate))])


def silence(seconds, rate=RATE):
    return array("h", bytes(2 * round(seconds * rate)))


def wav(samples, rate=RATE, channels=1, width=2):
    """A WAV file's bytes; `samples` are 16-bit and mono, the same on every channel."""
    frames = bytearray()
    for value in samples:
        one = struct.pack("<B", (value >> 8) + 128) if width == 1 else struct.pack("<i", value << 16)[4 - width :]
        frames += one * channels
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", "not compressed"))
        file.writeframes(bytes(frames))
    return out.getvalue()


def strength(samples, hertz):
    """How much of one frequency is in the sound (Goertzel, Hann window)."""
    turn = 2 * math.pi * hertz / RATE
    twice, before, last = 2 * math.cos(turn), 0.0, 0.0
    for i, value in enumerate(samples):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * i / len(samples))
        before, last = last, value * window + twice * last - before
    return before * before + last * last - twice * before * last


# Loudness


@pytest.mark.parametrize("rate", [22050, 48000])
@pytest.mark.parametrize(("level_db", "lufs"), [(0.0, -3.01), (-20.0, -23.01), (-40.0, -43.01)])
def test_a_997_hz_tone_measures_as_the_standard_says(rate, level_db, lufs):
    assert integrated(tone(997.0, 2.0, level_db, rate), rate) == pytest.approx(lufs, abs=0.05)


def test_quiet_passages_do_not_count():
    loud = tone(997.0, 10.0, -23.0)
    quiet = tone(997.0, 4.0, -50.0)

    assert integrated(quiet + loud + quiet) == pytest.approx(integrated(loud), abs=0.3)


def test_the_parts_of_a_recording_near_in_level_all_count():
    parts = tone(997.0, 2.0, -26.0) + tone(997.0, 2.0, -20.0) + tone(997.0, 2.0, -26.0)
    mean = 10 * math.log10((2 * 10**-2.6 + 10**-2.0) / 3)

    assert integrated(parts) == pytest.approx(mean - 3.01, abs=0.15)


def test_a_sound_shorter_than_a_block_measures_as_when_silence_follows():
    short = tone(997.0, 0.2)

    assert integrated(short) == pytest.approx(integrated(short + silence(0.2)), abs=0.01)
    assert integrated(short) == pytest.approx(integrated(tone(997.0, 0.4)) - 3.01, abs=0.1)


@pytest.mark.parametrize("sound", [array("h"), silence(1.0), tone(997.0, 1.0, -80.0)])
def test_silence_has_no_loudness_and_stays_as_it_is(sound):
    assert integrated(sound) == -math.inf
    assert normalise(sound) == sound


def test_the_true_peak_between_two_samples_is_seen():
    between = array("h", [round(20000 * math.sin(math.pi * i / 2 + math.pi / 4)) for i in range(2000)])
    middle = between[500:1500]

    assert max(map(abs, middle)) < 14200
    assert true_peak(between) == pytest.approx(20 * math.log10(20000 / 32768), abs=0.3)


def test_a_sound_with_high_peaks_reaches_the_loudness_without_clipping():
    chance = random.Random(1)
    beats = [chance.gauss(0, 1) * (0.15 + math.exp(-(i % 5000) / 400)) for i in range(3 * RATE)]
    sound = array("h", [max(-32768, min(32767, round(2500 * value))) for value in beats])

    levelled = normalise(sound)

    assert len(levelled) == len(sound)
    assert integrated(levelled) == pytest.approx(-16.0, abs=1.0)
    assert true_peak(levelled) <= -1.0


def test_the_limiter_bends_and_does_not_cut():
    sound = tone(300.0, 1.0, -30.0) + tone(300.0, 0.05, -3.0) + tone(300.0, 1.0, -30.0)

    levelled = normalise(sound)

    top = max(levelled)
    assert sum(value == top for value in levelled) < 10


def test_trimming_leaves_the_sound_and_little_else():
    sound = trimmed(silence(0.7) + tone(440.0, 0.5) + silence(1.1))

    assert len(sound) / RATE == pytest.approx(0.56, abs=0.03)


def test_trimming_does_not_take_the_noise_of_the_room_for_sound():
    chance = random.Random(2)
    spoken = silence(0.7) + tone(440.0, 0.5, -12.0) + silence(1.1)
    noisy = array("h", [value + round(chance.gauss(300, 80)) for value in spoken])

    assert len(trimmed(noisy)) / RATE == pytest.approx(0.56, abs=0.05)


def test_the_chime_is_short_and_as_loud_as_the_voice():
    assert len(chime()) == round(SECONDS * RATE)
    assert integrated(chime()) == pytest.approx(-16.0, abs=1.0)
    assert true_peak(chime()) <= -1.0


# The synthesiser


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_every_letter_digit_counter_and_phrase_is_equally_loud_and_none_clips(voice, language):
    for phrase in speech.all_phrases(language):
        sound = samples_of(voice.phrase_wav(phrase.key, language))

        assert integrated(sound) == pytest.approx(-16.0, abs=1.0), phrase
        assert true_peak(sound) <= -1.0, phrase
        assert 0.4 <= len(sound) / RATE <= 6.0, phrase


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_a_whole_call_with_its_chime_is_as_loud_as_it_should_be(voice, language):
    sound = samples_of(voice.call_wav("A-002", 1, language))

    assert integrated(sound) == pytest.approx(-16.0, abs=1.0)
    assert true_peak(sound) <= -1.0
    assert sound[: len(chime())] == chime()
    assert 5.0 <= len(sound) / RATE <= 9.0


def test_loket_is_spoken_with_a_clear_e(synthesiser):
    sound = synthesiser.say("loket")
    vowel = sound[round(0.65 * len(sound)) :][: RATE // 33]

    clear = sum(strength(vowel, hertz) for hertz in range(1800, 2500, 50))  # second formant of é
    dull = sum(strength(vowel, hertz) for hertz in range(1100, 1700, 50))  # of a schwa
    assert clear > 10 * dull


def features(sound):
    """What an ear holds on to, in steps of 20 ms: the shape of the spectrum in twelve bands, in bels, level removed."""
    bands = [250 * 1.25**step for step in range(12)]
    step = RATE // 50
    rows = []
    for start in range(0, len(sound) - step, step):
        row = [math.log10(strength(sound[start : start + step], hertz) + 1e7) for hertz in bands]
        mean = sum(row) / len(row)
        rows.append([value - mean for value in row])
    return rows


def distance(one, other):
    """The cost per step of the best way to lay two sounds over each other (dynamic time warping)."""
    costs = {(-1, -1): 0.0}
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            before = min(costs.get(at, math.inf) for at in ((i - 1, j), (i, j - 1), (i - 1, j - 1)))
            costs[i, j] = before + math.dist(left, right)
    return costs[len(one) - 1, len(other) - 1] / (len(one) + len(other))


def alike(one, other):
    """The same words twice: eSpeak never makes the same samples again, but the same length to a tenth of a second."""
    return len(one) > 0 and abs(len(one) - len(other)) <= RATE // 10


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_two_digits_differ_far_more_than_one_digit_said_twice(synthesiser, language):
    words = [speech.number_words(digit, language) for digit in range(10)]
    first = [features(synthesiser.say(word, language)) for word in words]
    second = [features(synthesiser.say(word, language)) for word in words]

    same = [distance(first[digit], second[digit]) for digit in range(10)]
    apart = [distance(first[one], first[other]) for one, other in combinations(range(10), 2)]

    assert min(apart) > 2 * max(same)


def test_a_killed_synthesiser_is_started_again_for_the_same_words(synthesiser):
    before = synthesiser.say("Silakan menuju loket satu.")
    killed = synthesiser.pid
    os.kill(killed, signal.SIGKILL)

    after = synthesiser.say("Silakan menuju loket satu.")

    assert alike(after, before)
    assert synthesiser.pid != killed


def test_a_synthesiser_killed_in_the_middle_of_many_calls_costs_no_call(voice, synthesiser):
    synthesiser.say("halo")
    spoken = []

    def call():
        for number in range(8):
            spoken.append(voice.call_wav(f"A-{number:03d}", 1))

    caller = threading.Thread(target=call)
    caller.start()
    for spoken_before in (0, 3, 6):
        while caller.is_alive() and len(spoken) < spoken_before:
            caller.join(0.01)
        os.kill(synthesiser.pid, signal.SIGKILL)
    caller.join()

    assert len(set(spoken)) == 8
    assert all(len(samples_of(path)) > 5 * RATE for path in spoken)


def test_a_synthesiser_that_hangs_is_given_up_and_replaced():
    hanging = Synthesiser(timeout_s=120.0)
    hanging.say("halo")
    hanging._timeout_s = 0.2
    os.kill(hanging.pid, signal.SIGSTOP)

    with pytest.raises(NoSound, match="in time"):
        hanging.say("halo")

    assert hanging.pid is None
    hanging._timeout_s = 120.0
    assert hanging.say("halo")
    hanging.close()


def test_a_synthesiser_that_cannot_start_says_so(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(NoSound, match="start"):
        Synthesiser().say("halo")


@pytest.mark.parametrize("executable", ["/bin/true", "/bin/false"])
def test_a_synthesiser_that_ends_at_once_is_not_started_for_ever(monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", executable)

    with pytest.raises(NoSound, match="twice"):
        Synthesiser().say("halo")


def test_words_that_cannot_be_said_are_refused_and_the_next_are_said(synthesiser):
    with pytest.raises(NoSound):
        synthesiser.say("halo", "xx")
    with pytest.raises(NoSound):
        synthesiser.say("x" * 1501)
    with pytest.raises(NoSound):
        synthesiser.say("\ud800")

    assert synthesiser.say("halo")


def test_brackets_in_a_text_are_no_phonemes(synthesiser):
    assert alike(synthesiser.say("[[h'alo]] [["), synthesiser.say("  h'alo     "))


def test_eight_threads_share_one_synthesiser(synthesiser):
    words = [speech.number_words(number) for number in range(8)]
    alone = [synthesiser.say(word) for word in words]
    together = {}

    threads = [threading.Thread(target=lambda w=w: together.update({w: synthesiser.say(w)})) for w in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(alike(together[word], sound) for word, sound in zip(words, alone, strict=True))


UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import gevent, os, signal, sys
from pathlib import Path
from shared.voice.clips import Voice
from shared.voice.synthesis import Synthesiser
synthesiser = Synthesiser()
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0.001)
gevent.spawn(tick)
pool = gevent.get_hub().threadpool
def alike(sound):
    return abs(len(sound) - len(first)) <= 2205
first = synthesiser.say("loket satu")
assert first and len(ticks) > 5, "the loop stood still"
assert alike(pool.spawn(synthesiser.say, "loket satu").get())
both = [gevent.spawn(synthesiser.say, "loket satu") for _ in range(3)]
both += [pool.spawn(synthesiser.say, "loket satu") for _ in range(3)]
assert all(alike(one.get()) for one in both)
os.kill(synthesiser.pid, signal.SIGKILL)
assert alike(pool.spawn(synthesiser.say, "loket satu").get())
os.kill(synthesiser.pid, signal.SIGKILL)
assert alike(synthesiser.say("loket satu"))
impatient = gevent.Timeout(0.001, False)
with impatient:
    synthesiser.say("Silakan menuju loket satu. " * 20)
assert alike(synthesiser.say("loket satu"))
voice = Voice(Path(sys.argv[1]), synthesiser)
calls = [spawn(voice.call_wav, "A-002", 1) for spawn in (gevent.spawn, pool.spawn, gevent.spawn, pool.spawn)]
assert len({one.get() for one in calls}) == 1
voice.close()
print("spoken")
"""


def test_greenlets_and_the_pool_of_gevent_speak_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", UNDER_GEVENT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "spoken"


def test_the_synthesiser_ends_with_the_process_that_started_it():
    script = "from shared.voice.synthesis import Synthesiser as S; s = S(); s.say('halo'); print(s.pid)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    for _ in range(200):
        if not runs(int(done.stdout)):
            break
        threading.Event().wait(0.05)
    assert not runs(int(done.stdout))


def runs(pid):
    """Whether the synthesiser with this number still runs; a dead one that nobody has reaped has no command line."""
    try:
        return b"shared.voice" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


# Files


def record(voice, office="ranuyoso", language="id", keys=("phrase.number", "letter.A", "digit.0", "digit.2")):
    """Records each phrase as a tone of its own pitch, long before and after it silence."""
    for place, key in enumerate((*keys, "phrase.proceed", "counter.1")):
        voice.save_clip(office, language, key, wav(silence(0.3) + tone(300 + 100 * place, 0.4) + silence(0.5)))


def test_a_call_is_made_once_and_kept(voice, synthesiser):
    first = voice.call_wav("A-002", 1)
    made_at = first.read_bytes(), first.stat().st_ino

    again = voice.call_wav("A-002", 1)

    assert again == first
    assert (again.read_bytes(), again.stat().st_ino) == made_at


def test_everything_that_changes_the_sound_changes_the_file(voice):
    calls = [
        voice.call_wav("A-012", 1),
        voice.call_wav("A-012", 2),
        voice.call_wav("A-013", 1),
        voice.call_wav("A-012", 1, "en"),
        voice.call_wav("A-012", 1, "id", "whole"),
        voice.call_wav("A-012", 1, with_chime=False),
        voice.call_wav("A-012", "Meja Operator"),
    ]

    assert len(set(calls)) == len(calls)


def test_a_call_without_chime_is_the_words_alone(voice):
    with_chime = samples_of(voice.call_wav("A-002", 1))
    without = samples_of(voice.call_wav("A-002", 1, with_chime=False))

    assert with_chime[: len(chime())] == chime()
    assert without[: len(chime())] != chime()
    assert (len(with_chime) - len(without)) / RATE == pytest.approx(SECONDS + 0.2, abs=0.11)


def test_the_recordings_of_an_office_win_when_every_phrase_is_there(voice):
    synthetic = voice.call_wav("A-002", 1, office="ranuyoso")
    record(voice)

    own = voice.call_wav("A-002", 1, office="ranuyoso", with_chime=False)

    sound = samples_of(own)
    assert own != synthetic
    assert integrated(sound) == pytest.approx(-16.0, abs=1.0)
    assert true_peak(sound) <= -1.0
    for hertz in (300, 400, 500, 600, 700, 800):  # of "digit.2" and the others: all are in it
        assert strength(sound, hertz) > 100 * strength(sound, hertz + 50)


@pytest.mark.parametrize(
    "call",
    [
        {"number": "A-003"},
        {"number": "A-002", "language": "en"},
        {"number": "A-002", "style": "whole"},
        {"number": "A-002", "office": "lumajang"},
        {"number": "A-002", "office": None},
    ],
)
def test_one_missing_recording_and_the_whole_call_is_synthesised(voice, call):
    asked = {"counter": 1, "office": "ranuyoso", **call}
    before = voice.call_wav(**asked)
    record(voice)

    assert voice.call_wav(**asked) == before


def test_recordings_are_spoken_where_espeak_is_not_installed(tmp_path, monkeypatch):
    (tmp_path / "espeakng_loader.py").write_text("raise ImportError('not on this machine')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    voice = Voice(tmp_path / "sound")
    record(voice)

    assert voice.call_wav("A-002", 1, office="ranuyoso").is_file()
    with pytest.raises(NoSound, match="not on this machine"):
        voice.call_wav("A-003", 1, office="ranuyoso")
    voice.close()


def test_a_recording_that_was_damaged_on_the_disk_is_no_sound(voice):
    record(voice)
    voice.clips("ranuyoso", "id")["digit.2"].write_bytes(b"damaged")

    with pytest.raises(NoSound):
        voice.call_wav("A-002", 1, office="ranuyoso")


def test_a_new_recording_and_a_deleted_one_are_heard_at_once(voice):
    record(voice)
    first = voice.call_wav("A-002", 1, office="ranuyoso")

    voice.save_clip("ranuyoso", "id", "digit.2", wav(tone(2000.0, 0.4)))
    second = voice.call_wav("A-002", 1, office="ranuyoso")
    assert voice.delete_clip("ranuyoso", "id", "digit.2")
    third = voice.call_wav("A-002", 1, office="ranuyoso")

    assert len({first, second, third}) == 3
    assert third == voice.call_wav("A-002", 1)
    assert not voice.delete_clip("ranuyoso", "id", "digit.2")


def test_the_recordings_of_an_office_are_listed_by_key(voice):
    record(voice)

    assert set(voice.clips("ranuyoso", "id")) == {
        "phrase.number", "letter.A", "digit.0", "digit.2", "phrase.proceed", "counter.1",
    }  # fmt: skip
    assert voice.clips("ranuyoso", "en") == {}
    assert voice.clips("lumajang", "id") == {}


def test_the_name_of_a_counter_can_be_recorded(voice):
    record(voice)
    voice.save_clip("ranuyoso", "id", "counter.meja-operator", wav(tone(900.0, 0.6)))

    own = voice.call_wav("A-002", "Meja Operator", office="ranuyoso")

    assert own != voice.call_wav("A-002", "Meja Operator")


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000])
def test_a_recording_keeps_its_pitch_at_any_rate(voice, rate):
    path = voice.save_clip("ranuyoso", "id", "digit.1", wav(tone(1000.0, 0.6, -30.0, rate), rate))

    sound = samples_of(path)
    assert len(sound) / RATE == pytest.approx(0.6, abs=0.11)
    assert strength(sound, 1000.0) > 1000 * max(strength(sound, 950.0), strength(sound, 1050.0))
    assert integrated(sound) == pytest.approx(-16.0, abs=1.0)


def test_what_the_lower_rate_cannot_hold_is_kept_out(voice):
    mixed = [a + b for a, b in zip(tone(1000.0, 0.6, -20.0, 48000), tone(15000.0, 0.6, -20.0, 48000), strict=True)]

    sound = samples_of(voice.save_clip("ranuyoso", "id", "digit.1", wav(mixed, 48000)))

    assert strength(sound, 1000.0) > 10_000 * strength(sound, 22050 - 15000.0)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_recording_may_have_any_usual_width_and_two_channels(voice, channels, width):
    path = voice.save_clip("ranuyoso", "id", "digit.1", wav(tone(1000.0, 0.5), RATE, channels, width))

    assert integrated(samples_of(path)) == pytest.approx(-16.0, abs=1.0)


def test_a_recording_whose_head_says_at_length_that_it_is_pcm_is_taken(voice):
    plain = wav(tone(1000.0, 0.5), 48000, 1, 3)
    detail = struct.pack("<HHIH14s", 22, 24, 4, 1, bytes.fromhex("000000001000800000aa00389b71"))
    head = b"fmt " + struct.pack("<I", 40) + b"\xfe\xff" + plain[22:36] + detail

    path = voice.save_clip("ranuyoso", "id", "digit.1", plain[:12] + head + plain[36:])

    assert integrated(samples_of(path)) == pytest.approx(-16.0, abs=1.0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "clip_format"),
        (b"RIFF", "clip_format"),
        (b"ID3\x04 no wave at all", "clip_format"),
        (wav(tone())[:30], "clip_format"),
        (wav(tone()).replace(b"\x01\x00\x01\x00", b"\x03\x00\x01\x00", 1), "clip_format"),  # floats
        (wav(tone(), channels=3), "clip_format"),
        (wav(tone(), rate=12345), "clip_rate"),
        (wav(tone(seconds=10.5, rate=8000), rate=8000), "clip_too_long"),
        (bytes(6_000_001), "clip_too_long"),
        (wav(silence(1.0)), "clip_silent"),
        (wav(array("h")), "clip_silent"),
        (wav(array("h", [500] * RATE)), "clip_silent"),
    ],
)
def test_what_is_no_usable_recording_is_refused_and_the_former_one_stays(voice, content, code):
    before = voice.save_clip("ranuyoso", "id", "digit.1", wav(tone())).read_bytes()

    with pytest.raises(Invalid, match=code):
        voice.save_clip("ranuyoso", "id", "digit.1", content)

    assert voice.clips("ranuyoso", "id")["digit.1"].read_bytes() == before


@pytest.mark.parametrize(
    ("office", "language", "key"),
    [
        ("..", "id", "digit.1"),
        ("a/b", "id", "digit.1"),
        ("", "id", "digit.1"),
        ("ranuyoso", "..", "digit.1"),
        ("ranuyoso", "jv", "digit.1"),
        ("ranuyoso", "id", "../digit.1"),
        ("ranuyoso", "id", "digit.1\n"),
    ],
)
def test_a_recording_never_leaves_its_folder(voice, tmp_path, office, language, key):
    with pytest.raises(Invalid):
        voice.save_clip(office, language, key, wav(tone()))
    with pytest.raises(Invalid):
        voice.delete_clip(office, language, key)

    assert list(tmp_path.rglob("*.wav")) == []


def test_the_cache_stays_within_its_bounds_and_keeps_what_was_asked_for_last(tmp_path, synthesiser):
    voice = Voice(tmp_path, synthesiser, keep_files=3)
    digits = [voice.phrase_wav(f"digit.{digit}") for digit in range(3)]
    voice.phrase_wav("digit.0")

    voice.phrase_wav("digit.3")

    assert [path.exists() for path in digits] == [True, False, True]
    assert len(list(tmp_path.rglob("*.wav"))) == 3


def test_a_disk_that_takes_nothing_costs_the_cache_and_no_call(tmp_path, synthesiser, monkeypatch):
    monkeypatch.setattr(clips, "KEEP_SPARE", 2)
    (tmp_path / "cache").touch()  # no folder can be there
    voice = Voice(tmp_path, synthesiser)

    sounds = [voice.phrase_wav(f"digit.{digit}") for digit in range(3)]

    assert [path.is_file() for path in sounds] == [False, True, True]
    assert len(samples_of(sounds[2])) > 0
    assert voice.phrase_wav("digit.2") == sounds[2], "it was made once"


def test_the_cache_is_bounded_in_bytes_too(tmp_path, synthesiser):
    voice = Voice(tmp_path, synthesiser, keep_bytes=100_000)

    for digit in range(8):
        voice.phrase_wav(f"digit.{digit}")

    assert sum(path.stat().st_size for path in tmp_path.rglob("*.wav")) <= 100_000


def test_the_newest_file_stays_even_when_it_alone_is_too_large(tmp_path, synthesiser):
    voice = Voice(tmp_path, synthesiser, keep_bytes=10)

    assert voice.call_wav("A-002", 1).is_file()


def test_nothing_half_made_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    voice = Voice(tmp_path)

    with pytest.raises(NoSound):
        voice.call_wav("A-002", 1)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_screen_is_read_aloud_with_its_numbers_spelled(voice):
    assert voice.speak("Nomor Anda A-002.") == voice.speak("Nomor  Anda A, nol, nol, dua.")
    assert integrated(samples_of(voice.speak("Bawa KTP dan KK asli."))) == pytest.approx(-16.0, abs=1.0)


@pytest.mark.parametrize("text", ["", "  \n", "...", "a" * 1501])
def test_a_screen_without_words_or_with_too_many_is_refused(voice, text):
    with pytest.raises(Invalid, match="text"):
        voice.speak(text)


def test_an_unknown_phrase_is_refused(voice):
    with pytest.raises(Unknown):
        voice.phrase_wav("phrase.weather")
