"""The words of a call, in both languages, and that nothing unspeakable is left in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import speech as screens
from shared import standards as shipped
from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig, OfficeSettings, ServiceConfig
from shared.domain.queue import speech
from shared.domain.queue.speech import Phrase
from shared.standards import load
from shared.web.opening import LiveBoard

SENTENCES = [
    # number, counter, language, style, what is said
    ("A-002", 1, "id", "digits", "Nomor antrean, A, nol, nol, dua. Silakan menuju loket satu."),
    ("B-147", "12", "id", "digits", "Nomor antrean, Be, satu, empat, tujuh. Silakan menuju loket dua belas."),
    ("A-012", 3, "id", "whole", "Nomor antrean, A, dua belas. Silakan menuju loket tiga."),
    ("A-000", 3, "id", "whole", "Nomor antrean, A, nol. Silakan menuju loket tiga."),
    ("q 110", 20, "id", "whole", "Nomor antrean, Ki, seratus sepuluh. Silakan menuju loket dua puluh."),
    ("KA-1000", 2, "id", "whole", "Nomor antrean, Ka, A, satu, nol, nol, nol. Silakan menuju loket dua."),
    ("015", 99, "id", "digits", "Nomor antrean, nol, satu, lima. Silakan menuju loket sembilan puluh sembilan."),
    ("A-002", "Meja Operator", "id", "digits", "Nomor antrean, A, nol, nol, dua. Silakan menuju Meja Operator."),
    ("A-002", "Meja-3", "id", "digits", "Nomor antrean, A, nol, nol, dua. Silakan menuju Meja tiga."),
    ("A-002", "Loket 04", "id", "digits", "Nomor antrean, A, nol, nol, dua. Silakan menuju loket empat."),
    ("A-002", 1, "en", "digits", "Queue number, A, zero, zero, two. Please proceed to counter one."),
    ("C-342", 21, "en", "whole", "Queue number, C, three hundred forty two. Please proceed to counter twenty one."),
]

WORDS = [
    # number, Indonesian, English
    (0, "nol", "zero"),
    (9, "sembilan", "nine"),
    (10, "sepuluh", "ten"),
    (11, "sebelas", "eleven"),
    (12, "dua belas", "twelve"),
    (19, "sembilan belas", "nineteen"),
    (20, "dua puluh", "twenty"),
    (21, "dua puluh satu", "twenty one"),
    (90, "sembilan puluh", "ninety"),
    (100, "seratus", "one hundred"),
    (101, "seratus satu", "one hundred one"),
    (111, "seratus sebelas", "one hundred eleven"),
    (200, "dua ratus", "two hundred"),
    (350, "tiga ratus lima puluh", "three hundred fifty"),
    (999, "sembilan ratus sembilan puluh sembilan", "nine hundred ninety nine"),
    (1000, "seribu", "one thousand"),
    (1012, "seribu dua belas", "one thousand twelve"),
    (2300, "dua ribu tiga ratus", "two thousand three hundred"),
    (9999, "sembilan ribu sembilan ratus sembilan puluh sembilan", "nine thousand nine hundred ninety nine"),
]

COUNTERS = [
    # a counter's name as setup has it, how it is said in Indonesian
    ("Loket 0", "loket nol"),
    ("Loket 100", "loket seratus"),
    ("Loket 201", "loket dua ratus satu"),
    ("1234", "loket seribu dua ratus tiga puluh empat"),
    ("Loket 12345", "loket satu dua tiga empat lima"),
    ("Loket \N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", "loket dua belas"),
    ("#5", "loket lima"),
    ("Loket 1/2", "Loket satu dua"),
    ("OSS", "O Es Es"),
    ("Loket OSS & NIB", "Loket O Es Es dan En I Be"),
    ("Lt. 2", "lantai dua"),
    ("Loket I", "Loket satu"),
    ("Loket IV", "Loket empat"),
    ("Ruang XII", "Ruang dua belas"),
    ("Seksi III", "Seksi tiga"),
    ("Loket XX", "Loket dua puluh"),
    ("Meja VIP", "Meja VIP"),
    ("Loket X-Ray", "Loket X Ray"),
    ("Buka 08.05", "Buka delapan nol lima"),
    ("Loket 1 s/d 3", "Loket satu sampai tiga"),
    ("Loket 1 s.d. 3", "Loket satu sampai tiga"),
    ("Loket 2\N{SUPERSCRIPT TWO}", "Loket dua dua"),
    ("Loket \N{CIRCLED DIGIT ONE}", "loket satu"),
    ("Arsip 1.000", "Arsip seribu"),
    ("Bpk. Camat, Jl. Melati", "bapak Camat, jalan Melati"),
    ("R. Arsip", "ruang Arsip"),
    ("A. Yani", "A Yani"),
    ("Ruang 1012", "Ruang seribu dua belas"),
    ("Meja_4 (depan)", "Meja empat depan"),
]

LETTERS = "a be ce de e ef ge ha i je ka el em en o pe ki er es te u fe we eks ye zet"

READABLE = [
    # a screen's text, how it is spoken
    ("Nomor Anda A-002.", "Nomor Anda A, nol, nol, dua."),
    ("Bawa KTP dan KK asli", "Bawa Ka Te Pe dan Ka Ka asli"),
    ("Akun OSS, lalu NIB terbit", "Akun O Es Es, lalu En I Be terbit"),
    ("Biaya Rp 10.000", "Biaya 10.000 rupiah"),
    ("GRATIS, tanpa NIK", "GRATIS, tanpa NIK"),
    ("Buka pukul 08.00", "Buka pukul 08.00"),
]


@pytest.mark.parametrize(("number", "counter", "language", "style", "said"), SENTENCES)
def test_a_call_is_said_in_these_words(number, counter, language, style, said):
    assert speech.sentence(number, counter, language, style) == said


@pytest.mark.parametrize(("number", "indonesian", "english"), WORDS)
def test_a_number_has_these_words(number, indonesian, english):
    assert speech.number_words(number, "id") == indonesian
    assert speech.number_words(number, "en") == english


def test_every_number_up_to_9999_has_words_of_its_own():
    for language in speech.LANGUAGES:
        words = {speech.number_words(number, language) for number in range(10000)}

        assert len(words) == 10000


def test_letters_are_said_as_an_indonesian_says_them():
    said = [speech.phrase(f"letter.{letter}", "id").text.lower() for letter in speech.LETTERS]

    assert said == LETTERS.split()
    assert [speech.phrase(f"letter.{letter}", "en").text for letter in speech.LETTERS] == list(speech.LETTERS)


def test_a_call_is_made_of_phrases_with_stable_keys():
    digits = speech.call_phrases("A-002", 1)
    whole = speech.call_phrases("A-012", "Meja Operator", "id", "whole")

    assert [p.key for p in digits] == [
        "phrase.number", "letter.A", "digit.0", "digit.0", "digit.2", "phrase.proceed", "counter.1",
    ]  # fmt: skip
    assert [p.key for p in whole] == [
        "phrase.number", "letter.A", "number.12", "phrase.proceed", "counter.meja-operator",
    ]  # fmt: skip
    assert digits[-1] == Phrase("counter.1", "loket satu")


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_an_office_can_record_digits_letters_twenty_counters_and_five_phrases(language):
    phrases = speech.all_phrases(language)
    kinds = [p.key.partition(".")[0] for p in phrases]

    assert {kind: kinds.count(kind) for kind in kinds} == {"phrase": 5, "digit": 10, "letter": 26, "counter": 20}
    assert len({p.key for p in phrases}) == len(phrases)
    assert all(speech.is_key(p.key) and speech.phrase(p.key, language) == p for p in phrases)


def test_the_keys_are_the_same_in_both_languages():
    assert [p.key for p in speech.all_phrases("id")] == [p.key for p in speech.all_phrases("en")]


@pytest.mark.parametrize("language", speech.LANGUAGES)
def test_everything_that_digit_by_digit_calls_need_can_be_recorded(language):
    recordable = {p.key for p in speech.all_phrases(language)}

    for letter in speech.LETTERS:
        for counter in range(1, 21):
            assert {p.key for p in speech.call_phrases(f"{letter}-987", counter, language)} <= recordable


def test_two_letters_are_spoken_one_by_one() -> None:
    keys = [each.key for each in speech.call_phrases("AB-012", 1, "id")]

    assert [key for key in keys if key.startswith("letter.")] == ["letter.A", "letter.B"]


@given(
    series=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=3),
    number=st.integers(0, 9999),
    counter=st.one_of(st.integers(1, 99), st.from_regex(r"Meja [0-9]{1,4}", fullmatch=True)),
    language=st.sampled_from(speech.LANGUAGES),
    style=st.sampled_from(speech.STYLES),
)
def test_a_synthesiser_never_sees_a_digit(series, number, counter, language, style):
    said = speech.sentence(f"{series}-{number:03d}", counter, language, style)

    assert not re.search(r"[0-9-]", said)


@pytest.mark.parametrize("number", ["", "A", "A-", "-", "12A", "A-00000000002", "A-²", "Ä-002", "Ａ-002"])
def test_a_number_without_digits_is_refused(number):
    with pytest.raises(Invalid, match="number"):
        speech.call_phrases(number, 1)


@pytest.mark.parametrize("counter", [-1, "", "  ", "!!!", "漢字", "\N{WHITE MEDIUM STAR}", "x" * 41])
def test_a_counter_of_which_nothing_can_be_said_is_refused(counter):
    with pytest.raises(Invalid, match="counter"):
        speech.call_phrases("A-002", counter)


@pytest.mark.parametrize(("name", "said"), COUNTERS)
def test_the_name_of_a_counter_is_said_as_it_is_read_aloud(name, said):
    assert speech.call_phrases("A-002", name)[-1].text == said
    assert speech.unspeakable(name) == ""


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("Loket \N{WHITE MEDIUM STAR}", "\N{WHITE MEDIUM STAR}"),
        ("漢字 1", "漢字"),
        ("Кабинет", "Кабинет"),
        ("ꦫꦤꦸ", "ꦫꦤ"),
        ("!!!", "!!!"),
    ],
)
def test_what_no_voice_can_say_is_named(name, signs):
    assert speech.unspeakable(name) == signs


def test_a_counter_whose_name_cannot_be_said_is_called_by_its_number():
    assert speech.speakable("Loket \N{WHITE MEDIUM STAR}", 7) == "7"
    assert speech.speakable("Loket 201", 7) == "Loket 201"


@given(name=st.text(min_size=1, max_size=40))
def test_a_name_that_setup_accepts_can_always_be_called(name):
    for language in speech.LANGUAGES:
        said = speech.call_phrases("A-002", speech.speakable(name, 3), language)[-1]

        assert re.search(r"[^\W\d]", said.text)
        assert not re.search(r"\d", said.text)
        assert speech.is_key(said.key)


def test_a_language_or_style_that_nobody_speaks_is_refused():
    with pytest.raises(Invalid, match="language"):
        speech.call_phrases("A-002", 1, "jv")
    with pytest.raises(Invalid, match="style"):
        speech.call_phrases("A-002", 1, "id", "roman")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "key", ["", "letter.a", "letter.AA", "digit.10", "number.012", "../x", "counter./", "phrase.x y"]
)
def test_what_is_no_key_of_a_phrase_is_refused(key):
    assert not speech.is_key(key)
    with pytest.raises(Unknown):
        speech.phrase(key)


def test_the_name_of_a_counter_may_be_recorded_although_its_words_are_the_offices():
    assert speech.is_key("counter.meja-operator")
    with pytest.raises(Unknown):
        speech.phrase("counter.meja-operator")


@pytest.mark.parametrize(("text", "spoken"), READABLE)
def test_a_screens_text_is_made_speakable(text, spoken):
    assert speech.readable(text) == spoken


def test_the_word_is_antrean():
    assert not any("antrian" in p.text for p in speech.all_phrases("id"))


def test_a_screen_that_is_read_aloud_says_what_is_out_and_what_is_closed_and_asks_for_no_number_then() -> None:
    service = next(
        each for each in load(Path(shipped.__file__).with_name("lumajang.toml")).services if each.slug == "oss"
    )
    services = (ServiceConfig(1, "oss", "A", True, 1, service),)
    office = OfficeConfig(1, "uji", "Uji", ZoneInfo("Asia/Jakarta"), OfficeSettings(), {}, services, (), ())

    def heard(key: str, **board: object) -> str:
        now = {"closed": None, "outages": [], "availability": {"oss": {"is_open": True}}, **board}
        return screens.text(key, str, office, {"oss"}, cast(LiveBoard, now), lambda _: ("", None), "en")

    assert "OSS is disturbed" in heard("home", outages=["oss"])
    assert "You may still take a number" in heard("service-oss", outages=["oss"])
    assert "disturbed" not in heard("home", outages=["siak"]) + heard("service-oss", outages=["siak"])
    shut = "Closed. Open again on Monday."
    assert heard("home", closed={"en": shut}) == f"{shut} Touch a service to see what to bring."
    shut = heard("service-oss", availability={"oss": {"is_open": False, "words": {"en": ["Power cut.", "Monday."]}}})
    assert shut.endswith("Power cut. Monday.")
    assert heard("service-oss").endswith("Then touch Take a number.")
    assert heard("file-ready") == "look.ready"
