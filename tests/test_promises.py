"""What a service promises, in words: the same sentence on slips, phone and pages, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.standards.announced import in_their_cases, to_bring
from shared.domain.standards.facts import due, fee_words, promised, service_facts
from shared.domain.standards.parts import (
    CaseProduct,
    DeclaredField,
    Fee,
    FieldKind,
    Option,
    Original,
    Promise,
    PromisePart,
    Rate,
    Unit,
)
from shared.domain.standards.standard import Question, Requirement, ServiceStandard
from shared.standards import shipped
from shared.words import words

AT = datetime(2026, 11, 26, 16, 41, tzinfo=UTC)
ID, EN = words("id"), words("en")


@pytest.mark.parametrize(
    ("unit", "indonesian", "english"),
    [
        (Unit.MINUTES, "Kamis, 26 November 2026 pukul 16.41", "Thursday, 26 November 2026 at 16:41"),
        (Unit.HOURS, "Kamis, 26 November 2026 pukul 16.41", "Thursday, 26 November 2026 at 16:41"),
        (Unit.WORKING_DAYS, "Kamis, 26 November 2026", "Thursday, 26 November 2026"),
    ],
)
def test_a_short_promise_is_due_at_a_minute_and_a_long_one_on_a_day(unit: Unit, indonesian: str, english: str) -> None:
    promise = Promise(2, unit, "")

    said = [due(promise, AT, each).replace("\N{NO-BREAK SPACE}", " ") for each in (ID, EN)]

    assert said == [indonesian, english]
    assert due(promise, None, ID) == ""


def test_a_moment_of_today_is_said_as_today() -> None:
    today, before = AT.date(), AT - timedelta(days=1)

    assert [each.short(AT, today=today) for each in (ID, EN)] == ["hari ini, 16.41", "today, 16:41"]
    assert [ID.short(at, today=today) for at in (before, today)] == ["25 Nov 2026, 16.41", "26 Nov 2026"]
    assert ID.short(AT) == "26 Nov 2026, 16.41"


def test_a_promise_is_said_as_the_standard_writes_it_and_in_english_by_its_number() -> None:
    half_hour = Promise(30, Unit.MINUTES, "30 (tiga puluh) menit")

    assert (promised(half_hour, ID), promised(half_hour, EN)) == ("30 (tiga puluh) menit", "30 minutes")
    assert promised(Promise(1, Unit.WORKING_DAYS, "1 (satu) hari kerja"), EN) == "1 working day"
    assert promised(None, ID) == ""


def test_a_fee_is_free_an_amount_or_the_words_of_a_tariff() -> None:
    free, amount, tariff = Fee(0, "Tidak dipungut biaya"), Fee(25000, "Rp25.000 per lembar"), Fee(None, "Menurut luas")

    assert [fee_words(each, ID) for each in (free, amount, tariff, None)] == [free.text, amount.text, tariff.text, ""]
    assert [fee_words(each, EN) for each in (free, amount, tariff)] == ["Free of charge", "25,000 rupiah", tariff.text]


def test_numbers_are_said_where_the_standard_has_no_words_of_its_own() -> None:
    parts = (PromisePart("Administrasi", 10, Unit.MINUTES), PromisePart("Survei 2 hari kerja", 2, Unit.WORKING_DAYS))
    promise = Promise(3, Unit.WORKING_DAYS, up_to=5, parts=parts)

    assert promised(promise, ID) == "3-5 hari kerja; Administrasi: 10 menit; Survei 2 hari kerja"
    assert promised(Promise(3, Unit.WORKING_DAYS, "3 sampai 5 hari kerja", 5), ID) == "3 sampai 5 hari kerja"
    assert [fee_words(Fee(25000), each) for each in (ID, EN)] == ["Rp25.000", "25,000 rupiah"]
    assert fee_words(Fee(0), ID) == "Tidak dipungut biaya (gratis)"


def test_rates_are_told_with_what_they_are_counted_by() -> None:
    rates = (Rate("Per lembar", 2000, per="lembar"), Rate("Biaya PPAT", per="nilai", percent=1), Rate("Meterai", 10000))
    lembar, nilai = (
        DeclaredField("lembar", "Jumlah lembar", kind=FieldKind.NUMBER),
        DeclaredField("nilai", "Nilai tanah"),
    )
    service = ServiceStandard("uji", "A", "Uji", "Uji", fields=(lembar, nilai), fee=Fee(None, "Meterai sendiri", rates))

    told = service_facts(service, ID).fee

    assert told == "Meterai sendiri; Per lembar: Rp2.000 x Jumlah lembar; Biaya PPAT: 1% x Nilai tanah"


def test_a_visitor_hears_before_the_desk_in_what_form_a_paper_is_wanted() -> None:
    either = (Option("ktp", "KTP"), Option("sim", "SIM"))
    paper = Requirement("a", "Identitas", original=Original.SHOWN, copies=2, stamp_duty=True, choices=either)

    assert to_bring(paper, ID) == (
        "Identitas (KTP / SIM; asli dibawa untuk diperlihatkan; 2 lembar fotokopi; bermeterai)"
    )
    assert to_bring(Requirement("b", "Pernyataan bermeterai", stamp_duty=True), ID) == "Pernyataan bermeterai"


def test_how_many_photocopies_are_wanted_is_said_once() -> None:
    wanted = [Requirement("ktp", "Fotokopi KTP", text_en="Photocopy of your ID card", copies=each) for each in (1, 2)]

    assert [to_bring(each, ID) for each in wanted] == ["Fotokopi KTP (1 lembar)", "Fotokopi KTP (2 lembar)"]
    assert to_bring(wanted[1], EN) == "Photocopy of your ID card (2 copies)"
    assert to_bring(Requirement("kk", "KK asli", copies=1), ID) == "KK asli (1 lembar fotokopi)"


def test_what_holds_in_some_cases_only_is_said_with_its_case() -> None:
    status = Question("status", "Pernah menikah?", options=(Option("belum", "Belum"), Option("cerai", "Cerai")))
    kinds = (Option("jual", "Jual beli"), Option("hibah", "Hibah"))
    kind = DeclaredField("jenis", "Jenis akta", kind=FieldKind.CHOICE, options=kinds)
    hibah, cerai, gift_or_none = (
        (("jenis", "hibah"),),
        (("status", "cerai"),),
        (("status", "belum"), ("jenis", "hibah")),
    )
    service = ServiceStandard(
        "uji",
        "A",
        "Uji",
        "Uji",
        questions=(status,),
        fields=(kind,),
        products=("Surat",),
        products_by_case=(CaseProduct("Akta", when=hibah), CaseProduct("Akta hibah", when=hibah)),
        promise=Promise(parts=(PromisePart("5 hari kerja", 5, Unit.WORKING_DAYS, when=cerai),)),
        fee=Fee(rates=(Rate("Per akta", 1000, when=gift_or_none),)),
        requirements=(Requirement("cerai", "Akta cerai", when=cerai), Requirement("ganda", "Bukti", when=cerai)),
    )

    told = service_facts(service, ID)

    assert told.products == ("Surat", "Akta (Jenis akta: Hibah)", "Akta hibah")
    assert told.time == "5 hari kerja (Cerai)"
    assert told.fee == "Per akta (Belum; Jenis akta: Hibah): Rp1.000"
    assert [each.text for each in in_their_cases(service, asked=True)] == ["Akta cerai", "Bukti (Cerai)"]
    assert [each.text for each in in_their_cases(service)] == ["Akta cerai", "Bukti"]


def test_the_criteria_of_ranuyoso_are_said_in_both_languages() -> None:
    oss = next(each for each in shipped() if each.slug == "ranuyoso").services[0]

    assert "Rp50 juta" in service_facts(oss, ID).criteria[0]
    assert "Rp300 million" in service_facts(oss, EN).criteria[1]
