"""Slips say what they must, nothing about a person, and survive the row of a print job."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from shared.domain.channel import Channel, ChannelKind
from shared.domain.errors import Invalid
from shared.domain.slips import complaint as slip_complaint
from shared.domain.slips import file as slip_file
from shared.domain.slips import head as slip_head
from shared.domain.slips import printer as slip_printer
from shared.domain.slips import slip
from shared.domain.slips import visitor as slip_visitor
from shared.words import Words
from shared.words import words as language

AT = datetime(2026, 11, 23, 8, 15)
OSS = "Fasilitasi pendaftaran usaha mikro (NIB) melalui OSS"
URL = "https://antrean.lumajangkab.go.id/t/3vQ8zXb1kLw0p9RtYuIoPa"
REGISTER = "0147/OSS/XI/2026"
NEEDED = (
    "Formulir data informasi usaha mikro (formulir pengisian OSS) yang sudah diisi",
    "Fotokopi KTP yang sudah diaktivasi",
    "Alamat surel pribadi atau usaha yang aktif",
    "Surat keterangan usaha dari Kepala Desa/Lurah",
)
ID, EN = language("id"), language("en")
PROMISED = ID.day(date(2026, 11, 24))
HEAD = slip_head.Letterhead(
    "Kecamatan Lumajang",
    "Jl. Achmad Yani Nomor 9, Lumajang 67316",
    (Channel(ChannelKind.PHONE, "085338312363"), Channel(ChannelKind.LAPORLUMAJANG, "laporlumajang.lumajangkab.go.id")),
    free=True,
)


def number(words: Words = ID, **changes: object) -> list[slip.Line]:
    given = {"number": "A-012", "taken_at": AT, "status_url": URL, "service": OSS} | changes
    return slip_visitor.number_slip(HEAD, words, **given)  # type: ignore[arg-type]


SLIPS: dict[str, Callable[[], list[slip.Line]]] = {
    "number": lambda: number(ahead=4, wait_min=(15, 25), where="ruang tunggu depan", requirements=NEEDED),
    "number_en": lambda: number(ahead=0, wait_min=(0, 5), notice="OSS is slow today.", words=EN),
    "practice": lambda: slip_visitor.number_slip(
        slip_head.Letterhead("Kecamatan Ranuyoso", is_practice=True), ID, number="B-120", taken_at=AT, status_url=URL,
        service=OSS,
    ),
    "missing": lambda: slip_visitor.missing_requirements_slip(
        HEAD, ID, service=OSS, missing=NEEDED[:2], ready=NEEDED[2:], made_at=AT
    ),
    "receipt": lambda: slip_file.receipt_slip(
        HEAD, ID, register_number=REGISTER, service=OSS, received_at=AT, promised=PROMISED, status_url=URL,
        documents=NEEDED,
    ),
    "incomplete": lambda: slip_file.incomplete_slip(
        HEAD, ID, service=OSS, missing=[("Fotokopi KTP", "buram"), ("Surat keterangan usaha", None)], made_at=AT,
        register_number=REGISTER,
    ),
    "receipt_en": lambda: slip_file.receipt_slip(
        HEAD, EN, register_number=REGISTER, service="Micro business registration", received_at=AT,
        promised=EN.day(date(2026, 11, 24)), status_url=URL,
    ),
    "data": lambda: slip_file.data_sheet(
        HEAD, ID, register_number=REGISTER, service=OSS, fields=[("NIK", "3508101234560001"), ("Nama", "René Sukarnó")],
        made_at=AT,
    ),
    "handover": lambda: slip_file.handover_slip(
        HEAD, ID, register_number=REGISTER, service=OSS, products=["NIB 1234567890123"], receiver="Siti Aminah",
        is_representative=True, handed_at=AT, officer="Dewi",
    ),
    "refused": lambda: slip_file.refused_slip(
        HEAD, ID, register_number=REGISTER, service=OSS, reason="Lokasi usaha tidak sesuai dengan tata ruang.",
        letter="503/121/427.90/2026, 23 November 2026", made_at=AT,
    ),
    "complaint": lambda: slip_complaint.complaint_slip(
        HEAD, ID, number="P-0007/2026", kind="Pengaduan", received_at=AT, answer_on=date(2026, 12, 3), url=URL,
        code="K7M-4QX",
    ),
    "survey": lambda: slip_visitor.survey_slip(HEAD, ID, number="A-012", url=URL, code="K7M-4QX"),
    "cover": lambda: slip_file.folder_cover(
        HEAD, ID, register_number=REGISTER, service=OSS, received_on=AT.date(), promised="",
        steps=["Berkas diterima", "Validasi Kasi"], file_url=URL,
    ),
    "test": lambda: slip_printer.printer_test_slip(
        HEAD, ID, printer="Anjungan depan", columns=32, facts=[("Status", "siap")], made_at=AT, url=URL
    ),
}  # fmt: skip

PUBLIC = (
    slip_visitor.number_slip,
    slip_visitor.missing_requirements_slip,
    slip_file.receipt_slip,
    slip_file.incomplete_slip,
)


def words(lines: list[slip.Line]) -> str:
    """Everything that can be read on the paper, codes excepted."""
    said = []
    for line in lines:
        if isinstance(line, slip.Text | slip.Item):
            said.append(line.text)
        elif isinstance(line, slip.Pair):
            said += [line.left, line.right]
    return "\n".join(said).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_survives_the_row_of_a_print_job(name: str) -> None:
    lines = SLIPS[name]()

    row = json.dumps(slip.to_json(lines))

    assert slip.from_json(json.loads(row)) == lines


@pytest.mark.parametrize("row", [{"kind": "poem"}, {"text": "x"}, {"kind": "text", "texts": "x"}, {"kind": "qr"}])
def test_a_row_that_is_no_slip_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="slip"):
        slip.from_json([row])


def test_the_number_slip_says_everything_in_the_order_of_the_paper() -> None:
    said = words(SLIPS["number"]())

    order = ["KECAMATAN LUMAJANG", OSS, "A-012", "Senin, 23 November 2026 pukul 08.15", "4 orang", "15-25 menit",
             "ruang tunggu depan", "Formulir data", "Pindai", "Nomor terlewat? Lapor ke loket.", "GRATIS / tanpa",
             "085338312363"]  # fmt: skip
    places = [said.index(part) for part in order]
    assert places == sorted(places)


def test_the_number_is_the_largest_thing_on_its_slip() -> None:
    sizes = {line.text: line.size for line in SLIPS["number"]() if isinstance(line, slip.Text)}

    assert sizes.pop("A-012") == 8
    assert max(sizes.values()) <= 2


def test_what_is_not_known_is_left_out() -> None:
    bare = slip_visitor.number_slip(
        slip_head.Letterhead("Kecamatan Ranuyoso"), ID, number="A-1", taken_at=AT, status_url=URL, service=OSS
    )

    said = words(bare)
    assert not any(part in said for part in ("GRATIS", "Pengaduan", "Perkiraan", "Di depan", "Siapkan", "None"))


@pytest.mark.parametrize(
    ("wait", "said"),
    [((0, 5), "kurang dari 5 menit"), ((0, 0), "kurang dari 5 menit"), ((10, 10), "10 menit"), ((5, 15), "5-15 menit")],
)
def test_the_wait_is_said_as_a_range(wait: tuple[int, int], said: str) -> None:
    assert slip.Pair("Perkiraan tunggu", said, bold=True) in number(wait_min=wait)


def test_nobody_ahead_is_said_in_words() -> None:
    assert "tidak ada" in words(number(ahead=0))


def test_a_delicate_service_is_neither_named_nor_given_away_by_its_requirements() -> None:
    said = words(number(service="Pengaduan kekerasan", is_delicate=True, requirements=["Surat visum"]))

    assert "kekerasan" not in said
    assert "visum" not in said
    assert "Pelayanan Umum" in said


@pytest.mark.parametrize("make", PUBLIC)
def test_no_public_slip_can_be_given_a_name_or_a_nik(make: Callable[..., list[slip.Line]]) -> None:
    given = set(inspect.signature(make).parameters)

    assert not given & {"name", "applicant", "receiver", "nik", "phone", "fields", "nib"}


@pytest.mark.parametrize("nik", ["3508101234560001", "3508 1012 3456 0001", "350810.123456.0001"])
def test_a_nik_in_the_free_text_of_a_public_slip_is_blacked_out(nik: str) -> None:
    lines = slip_file.incomplete_slip(HEAD, ID, service=OSS, missing=[("KTP", f"NIK {nik} buram")], made_at=AT)

    assert nik not in words(lines)
    assert "NIK **** buram" in words(lines)
    assert "085338312363" in words(lines)


@pytest.mark.parametrize("kind", ["receipt", "incomplete", "handover"])
def test_what_is_kept_as_a_proof_carries_the_whole_letterhead(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = replace(HEAD, above=("PEMERINTAH KABUPATEN LUMAJANG",), contact=("kecamatan@contoh.example",))
    monkeypatch.setitem(globals(), "HEAD", head)

    said = words(SLIPS[kind]())

    assert said.index("PEMERINTAH KABUPATEN LUMAJANG") < said.index("KECAMATAN LUMAJANG", 30)
    assert "kecamatan@contoh.example" in said
    for short in ("number", "missing"):
        assert "PEMERINTAH KABUPATEN LUMAJANG" in words(SLIPS[short]())
        assert "kecamatan@contoh.example" not in words(SLIPS[short]())


def test_the_practice_office_says_so_on_every_number() -> None:
    assert "LATIHAN" in words(SLIPS["practice"]())
    assert "LATIHAN" not in words(SLIPS["number"]())


def test_the_notice_of_a_disturbance_stands_on_the_slip() -> None:
    assert "OSS sedang terganggu" in words(number(notice="OSS sedang terganggu"))


PLACE = re.compile(r"%\(\w+\)s")
NEUTRAL = {
    "data.kbli", "fee.rupiah", "register.sheet",
    "evidence.entrance.whatsapp", "evidence.entrance.lapor", "evidence.sha256",
}  # fmt: skip
"""What reads the same in both languages."""


def test_english_slips_have_no_indonesian_words_of_ours() -> None:
    english, indonesian = ({key: text for key, text in each.texts.items() if key != "data.nik"} for each in (EN, ID))
    same = {key for key in english if english[key] == indonesian[key]}

    assert english.keys() == indonesian.keys()
    assert {key for key in same if any(char.isalpha() for char in PLACE.sub("", english[key]))} <= NEUTRAL
    assert "Monday, 23 November 2026 at 08:15" in words(SLIPS["number_en"]())
    assert "Tuesday, 24 November 2026" in words(SLIPS["receipt_en"]())
    assert not [
        text
        for key, text in indonesian.items()
        if key not in NEUTRAL and len(text) > 5 and text in words(SLIPS["receipt_en"]())
    ]


def test_a_copy_says_salinan_at_head_and_foot_of_each_piece() -> None:
    copy = slip.as_copy(SLIPS["handover"](), "kertas habis", ID)

    marks = [line for line in copy if isinstance(line, slip.Text) and line.text == "SALINAN"]
    assert len(marks) == 4
    assert words(copy).count("Dicetak ulang: kertas habis") == 2
    assert [line for line in copy if isinstance(line, slip.Cut)] == [slip.Cut(), slip.Cut()]


def test_the_hand_over_proof_comes_in_two_copies() -> None:
    said = words(SLIPS["handover"]())

    assert said.count("Siti Aminah") == 2
    assert "untuk penerima" in said
    assert "untuk arsip" in said


@pytest.mark.parametrize("name", SLIPS)
def test_no_key_of_a_catalogue_is_printed(name: str) -> None:
    assert "slip." not in words(SLIPS[name]())


@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_ends_with_a_cut(name: str) -> None:
    assert SLIPS[name]()[-1] == slip.Cut()
