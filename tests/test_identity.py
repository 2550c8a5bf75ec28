"""What is wrong or odd about a NIK, an NIB, a KBLI code, a phone number and an e-mail address."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.identity import (
    Check,
    Sex,
    applicant_check,
    born_on,
    document_number,
    folded,
    is_email,
    is_kbli,
    is_nib,
    is_phone,
    login,
    mask,
    nik_check,
    phone,
    sex_of,
    tidy,
)

TODAY = date(2026, 11, 23)
LUMAJANG = "350810"
MAN, WOMAN = "3508101708909991", "3508205708909992"
"""Made up, nobody's: both born on 17 August 1990, first registered in Lumajang and in Ranuyoso."""


@pytest.mark.parametrize(
    ("nik", "error"),
    [
        ("3508107208900001", "nik_date"),  # day 72
        ("3508101713900001", "nik_date"),  # month 13
        ("3508103002900001", "nik_date"),  # 30 February
        ("3508101708900000", "nik_serial"),
        ("3508104008900001", "nik_date"),  # day 40 is neither a man's nor a woman's
        ("3508100008900001", "nik_date"),
        ("3508102902900001", "nik_date"),  # neither 1990 nor 2090 has a 29 February
        ("350810170890999", "nik_length"),
        ("35081017089099911", "nik_length"),
        ("350810170890999A", "nik_length"),
        ("3508 101708909991", "nik_length"),
        ("٣٥٠٨١٠١٧٠٨٩٠٩٩٩١", "nik_length"),
        ("", "nik_length"),
    ],
)
def test_an_impossible_nik_is_an_error(nik: str, error: str) -> None:
    assert nik_check(nik, LUMAJANG).errors == (error,)


@pytest.mark.parametrize(
    ("nik", "rest", "warnings"),
    [
        (MAN, {}, ()),
        (MAN, {"born_on": date(1990, 8, 17), "sex": "L"}, ()),
        (WOMAN, {"born_on": date(1990, 8, 17), "sex": "P"}, ("nik_region",)),
        (MAN, {"born_on": date(1990, 8, 18)}, ("nik_birth",)),
        (MAN, {"born_on": date(1991, 8, 17)}, ("nik_birth",)),
        (MAN, {"sex": "P"}, ("nik_sex",)),
        (WOMAN, {"born_on": date(1990, 8, 16), "sex": Sex.MALE}, ("nik_region", "nik_birth", "nik_sex")),
    ],
)
def test_what_differs_is_a_warning_and_never_an_error(nik: str, rest: dict[str, Any], warnings: tuple[str]) -> None:
    assert nik_check(nik, LUMAJANG, **rest) == Check(warnings=warnings)


def test_the_prefix_of_the_office_may_be_written_with_dots() -> None:
    assert nik_check(WOMAN, "35.08.20") == Check()


@pytest.mark.parametrize(
    ("nik", "day"),
    [
        (MAN, date(1990, 8, 17)),
        (WOMAN, date(1990, 8, 17)),
        ("3508102311269991", date(2026, 11, 23)),
        ("3508102411269991", date(1926, 11, 24)),  # tomorrow is not a day of birth yet
        ("3508102902009991", date(2000, 2, 29)),
        ("3508103002900001", None),
        ("12", None),
    ],
)
def test_the_day_of_birth_is_read_from_the_nik(nik: str, day: date | None) -> None:
    assert born_on(nik, TODAY) == day


def test_forty_is_added_to_the_day_of_birth_of_women() -> None:
    assert (sex_of(MAN), sex_of(WOMAN)) == (Sex.MALE, Sex.FEMALE)


@settings(deadline=None)
@given(st.dates(date(1927, 1, 1), TODAY), st.sampled_from(Sex), st.integers(1, 9999))
def test_every_real_birth_makes_a_nik_without_fault(born: date, sex: Sex, serial: int) -> None:
    nik = f"{LUMAJANG}{born.day + (40 if sex == Sex.FEMALE else 0):02}{born:%m%y}{serial:04}"

    assert nik_check(nik, LUMAJANG, born, sex) == Check()
    assert born_on(nik, TODAY) == born
    assert sex_of(nik) == sex


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=8))
def test_no_input_breaks_the_checks(nik: str, prefix: str) -> None:
    found = nik_check(nik, prefix)

    assert bool(found.errors) or born_on(nik, date(2100, 1, 1)) is not None
    assert len(mask(nik)) == len(nik)


@pytest.mark.parametrize(
    ("nib", "is_valid"),
    [("1234567890123", True), ("0000000000001", True), ("123456789012", False), ("12345678901234", False),
     ("1234567890 23", False), ("1234567890123\n", False), (None, False), (1234567890123, False)],
)  # fmt: skip
def test_an_nib_has_exactly_13_digits(nib: object, is_valid: bool) -> None:
    assert is_nib(nib) is is_valid


@pytest.mark.parametrize(("kbli", "is_valid"), [("47112", True), ("4711", False), ("471123", False), ("4711A", False)])
def test_a_kbli_code_has_five_digits(kbli: str, is_valid: bool) -> None:
    assert is_kbli(kbli) is is_valid


FULL = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
"""Digits as keyboards of East Asia type them."""


@pytest.mark.parametrize(
    "phone",
    [
        "085338312363", "+62 853-3831-2363", "6285338312363", "(0334) 441306", "0062 853 3831 2363",
        "+62 (0)853 3831 2363", "+62\u00a0853\u20113831\u20112363", "085338312363".translate(FULL),
    ],
)  # fmt: skip
def test_phone_numbers_come_in_many_spellings(phone: str) -> None:
    assert is_phone(phone)


@pytest.mark.parametrize(
    "phone", ["", "12345", "0085338312363", "0853abc12363", "08533831236300000", "+1 202 555 0100"]
)
def test_what_is_no_indonesian_phone_number_is_refused(phone: str) -> None:
    assert not is_phone(phone)


@pytest.mark.parametrize(
    ("email", "is_valid"),
    [("warung.sumi@contoh.id", True), ("a+b@mail.contoh.co.id", True), ("warung", False), ("warung@contoh", False),
     ("@contoh.id", False), ("wa rung@contoh.id", False), ("a@@contoh.id", False), ("a@contoh..id", False),
     ("a@-contoh.id", False), (f"{'a' * 250}@contoh.id", False)],
)  # fmt: skip
def test_an_e_mail_address_has_its_shape(email: str, is_valid: bool) -> None:
    assert is_email(email) is is_valid


def test_an_applicant_is_checked_as_a_whole() -> None:
    wrong = applicant_check(name=" ", nik="350810", office_prefix=LUMAJANG, phone="12", email="surel", kbli="47")

    assert wrong.errors == ("nik_length", "name_missing", "phone_invalid", "email_invalid", "kbli_invalid")
    assert applicant_check(name="Sumiyati", nik=WOMAN, office_prefix=LUMAJANG) == Check(warnings=("nik_region",))


def test_a_nik_on_a_screen_shows_its_last_four_digits_alone() -> None:
    assert mask(MAN) == "************9991"
    assert mask("1234") == "****"
    assert mask("") == ""


def test_grouped_numbers_are_tidied_before_they_are_checked() -> None:
    assert tidy(" 3508.1017-0890 9991 ") == MAN


@pytest.mark.parametrize(
    "written",
    [
        "3508 1017 0890 9991",
        "3508.1017.0890.9991",
        "３５０８１０１７０８９０９９９１",
        "3508\u200b10170890\u20119991",
        "\u202a3508101708909991\u202c",
    ],
)
def test_a_number_is_the_same_however_it_is_grouped_typed_or_pasted(written: str) -> None:
    assert tidy(written) == MAN


@pytest.mark.parametrize("written", ["12/REKAP/2026", " 12 / Rekap / 2026 ", "12/rekap/２０２６"])
def test_a_number_of_a_recap_is_one_however_it_is_typed(written: str) -> None:
    assert document_number(written) == "12/rekap/2026"
    assert document_number("1 2/rekap/2026") != document_number("12/rekap/2026")


@pytest.mark.parametrize("written", ["0853-3831-2363", "+62 853 3831 2363", "(0853) 38312363", "62853.3831.2363"])
def test_two_spellings_of_a_phone_number_are_one_number(written: str) -> None:
    assert phone(written) == "+6285338312363"


def test_what_is_no_phone_number_is_like_no_other() -> None:
    assert phone("085") == phone("siti") == ""


@pytest.mark.parametrize("typed", ["Admin", " admin ", "ADMIN\u00a0", "admin"])
def test_a_sign_in_name_is_the_same_with_capitals_and_blanks(typed: str) -> None:
    assert login(typed) == "admin"


def test_a_name_is_found_without_capitals_accents_and_double_blanks() -> None:
    assert folded("  Siti   Ma'ríyah ") == "siti ma'riyah"
