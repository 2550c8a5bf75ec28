"""The service standard as data: what the two offices' files say, what a wrong file is told, and that none is lost."""

# ruff: noqa: E501  (the table of faults is read line by line)

from __future__ import annotations

import codecs
import copy
import dataclasses
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import shared.standards
from shared.domain.channel import Channel, ChannelKind
from shared.domain.problem import Problem
from shared.domain.standards.check import problems, service_problems
from shared.domain.standards.parts import Fee, Promise, Unit
from shared.domain.standards.standard import (
    COMPONENTS,
    MANAGEMENT,
    PUBLISHED,
    SHORT_NAME_LENGTH,
    Category,
    Collects,
    OfficeStandard,
    Role,
    ServiceStandard,
    needed,
    next_question,
    unfilled,
)
from shared.domain.standards.table import from_table, to_table
from shared.standards import (
    InvalidStandard,
    load,
    regions,
    service_from_json,
    service_to_json,
    shipped,
)
from shared.standards.shape import fields_of, from_form, to_form
from shared.web.told import told
from shared.words import words

Kind = TypeVar("Kind")

FOLDER = Path(shared.standards.__file__).parent
OFFICES = {each.slug: each for each in shipped()}
SERVICES = [pytest.param(s, id=f"{o.slug}-{s.slug}") for o in shipped() for s in o.services]


def service(office: str, slug: str) -> ServiceStandard:
    return next(each for each in OFFICES[office].services if each.slug == slug)


# --- the two files ---------------------------------------------------------------------------------------------------

# fmt: off
OSS = [
    # key        who            person  collects                        may go back to
    ("submit",   "pemohon",     True,   (),                             ()),
    ("receive",  "loket",       True,   ("documents",),                 ("pemohon",)),
    ("validate", "kasi",        False,  ("validation",),                ("receive", "pemohon")),
    ("account",  "operator",    True,   ("account",),                   ("validate",)),
    ("login",    "operator",    True,   ("login",),                     ("account",)),
    ("entry",    "operator",    True,   ("entry",),                     ("validate",)),
    ("confirm",  "operator",    True,   ("confirmation", "product"),    ("entry",)),
    ("archive",  "sekretariat", False,  ("archive",),                   ("confirm",)),
    ("handover", "loket",       True,   ("receiver",),                  ()),
    ("recap",    "kasi",        False,  ("recap",),                     ()),
]
# fmt: on


@pytest.mark.parametrize("office", ["lumajang", "ranuyoso"])
def test_the_oss_procedure_has_the_ten_steps_of_the_design(office: str) -> None:
    steps = service(office, "oss").steps

    table = [(s.key, s.role, s.needs_applicant, s.collects, s.may_send_back_to) for s in steps]
    assert table == OSS
    assert [s.key for s in steps if s.silent] == ["validate", "archive", "recap"]
    assert [s.key for s in steps if s.system == "oss"] == ["account", "login", "entry", "confirm"]
    assert all(s.text and s.text.endswith(".") for s in steps)


def test_there_are_fourteen_components_of_which_six_are_published() -> None:
    assert (len(PUBLISHED), len(MANAGEMENT), len(COMPONENTS)) == (6, 8, 14)
    assert set(COMPONENTS) <= {field.name for field in dataclasses.fields(ServiceStandard)}


def test_lumajang_fills_all_components_but_the_guarantee() -> None:
    oss = service("lumajang", "oss")

    assert unfilled(oss, OFFICES["lumajang"].complaint) == ("guarantee",)
    assert oss.title == "Standar Pelayanan Fasilitasi Pendaftaran Usaha Mikro melalui OSS"
    assert (oss.decree_number, oss.category) == (None, None)
    assert [each.text for each in oss.requirements] == [
        "Formulir data informasi usaha mikro (formulir pengisian OSS) yang sudah diisi",
        "Fotokopi KTP yang sudah diaktivasi",
        "Alamat surel pribadi atau usaha yang aktif",
        "Surat keterangan usaha dari Kepala Desa/Lurah",
    ]
    assert oss.promise == Promise(1, Unit.WORKING_DAYS, "1 (satu) hari kerja")
    assert oss.fee == Fee(0, "Tidak ada retribusi (gratis)")
    assert oss.products == ("Nomor Induk Berusaha (NIB)", "Izin Usaha Mikro")
    assert [(each.kind, each.value, each.label) for each in OFFICES["lumajang"].complaint] == [
        ("phone", "085338312363", None),
        ("laporlumajang", "laporlumajang.lumajangkab.go.id", None),
        ("email", "kecamatanlumajang09@gmail.com", None),
        ("web", "www.lumajangkab.go.id", None),
        ("desk", "Kantor Kecamatan Lumajang, Jl. Achmad Yani Nomor 9 Lumajang 67316", None),
        ("social", "Kecamatan Lumajang", "Facebook"),
    ]
    assert [law.split(" tentang ")[0] for law in oss.legal_basis] == [
        "Undang-Undang Nomor 20 Tahun 2008",
        "Peraturan Pemerintah Nomor 17 Tahun 2013",
        "Peraturan Pemerintah Nomor 24 Tahun 2018",
        "Peraturan Presiden Nomor 98 Tahun 2014",
        "Peraturan Menteri Dalam Negeri Nomor 83 Tahun 2014",
        "Peraturan Menteri Koperasi dan Usaha Kecil dan Menengah Nomor 02 Tahun 2019",
    ]
    assert all(" tentang " in law for law in oss.legal_basis)
    assert len(oss.facilities) == 15
    assert "Ruang laktasi" in oss.facilities
    assert oss.competence == "Dilaksanakan oleh petugas PATEN"
    assert oss.supervision == "Kepala Seksi Pelayanan Umum"
    assert oss.staff_count == 5
    assert oss.guarantee is None
    assert oss.safety == "Bentuk surat sesuai tata naskah dinas"
    assert len(oss.evaluation) == 2


def test_ranuyoso_fills_the_six_published_components() -> None:
    oss = service("ranuyoso", "oss")

    assert unfilled(oss, OFFICES["ranuyoso"].complaint) == MANAGEMENT
    assert oss.title == (
        "Standar Pelayanan (Nonperizinan) Fasilitasi Pendaftaran Izin Usaha Mikro di Kecamatan "
        "melalui Online Single Submission (OSS)"
    )
    assert (oss.decree_number, oss.category) == (None, Category.NONPERIZINAN)
    assert oss.requirements[1].text == "Fotokopi Kartu Tanda Penduduk (KTP) yang sudah diaktivasi"
    assert oss.requirements[3].text == "Surat keterangan usaha dari kepala desa/lurah"
    assert oss.promise == Promise(1, Unit.WORKING_DAYS, "1 (satu) hari kerja")
    assert oss.fee == Fee(0, "Tidak dipungut biaya")
    channels = OFFICES["ranuyoso"].complaint
    assert channels == (
        Channel(ChannelKind.PHONE, "(0334) 441306"),
        Channel(ChannelKind.DESK, "Jl. Raya Ranuyoso No. 80"),
    )
    assert oss.products == ("Fasilitasi pendaftaran Izin Usaha Mikro melalui OSS",)
    assert [each.text for each in oss.criteria] == [
        "Kekayaan bersih/modal paling banyak Rp50 juta, tidak termasuk tanah dan bangunan tempat usaha",
        "Hasil penjualan tahunan paling banyak Rp300 juta",
    ]


def test_the_offices_stand_with_their_addresses() -> None:
    lumajang, ranuyoso = OFFICES["lumajang"], OFFICES["ranuyoso"]

    assert (lumajang.name, lumajang.unit, lumajang.region_code) == ("Kecamatan Lumajang", "Kecamatan", "35.08.10")
    assert lumajang.address == "Jl. Achmad Yani Nomor 9, Lumajang 67316"
    assert (lumajang.phone, lumajang.web, lumajang.pledge) == (None, None, None)
    assert (ranuyoso.name, ranuyoso.region_code) == ("Kecamatan Ranuyoso", "35.08.20")
    assert (ranuyoso.phone, ranuyoso.web) == ("(0334) 441306", "https://ranuyoso.lumajangkab.go.id/")
    assert {each.timezone for each in shipped()} == {"Asia/Jakarta"}


@pytest.mark.parametrize("office", ["lumajang", "ranuyoso"])
def test_both_offices_begin_with_the_same_eight_services(office: str) -> None:
    found = {each.series: each.slug for each in OFFICES[office].services}

    assert found == {
        "A": "oss",
        "B": "legalisasi",
        "C": "dispensasi-nikah",
        "D": "sktm",
        "E": "izin-keramaian",
        "F": "ktp-el",
        "G": "pindah",
        "H": "kartu-keluarga",
    }
    assert [each.slug for each in OFFICES[office].services if each.is_delicate] == ["sktm"]
    assert [each.slug for each in OFFICES[office].services if each.promise is None] == ["pindah", "kartu-keluarga"]


@pytest.mark.parametrize(
    ("slug", "roles"),
    [
        ("legalisasi", ["loket"]),
        ("dispensasi-nikah", ["loket", "kasi", "sekretariat", "loket"]),
        ("sktm", ["loket", "kasi", "sekretariat", "loket"]),
        ("izin-keramaian", ["loket", "kasi", "sekretariat", "loket"]),
        ("ktp-el", ["loket", "operator"]),
        ("pindah", ["loket", "operator", "loket"]),
        ("kartu-keluarga", ["loket", "operator", "loket"]),
    ],
)
def test_the_other_services_have_short_procedures(slug: str, roles: list[str]) -> None:
    assert [step.role for step in service("lumajang", slug).steps] == roles
    assert service("ranuyoso", slug).steps == service("lumajang", slug).steps


@pytest.mark.parametrize("each", SERVICES)
def test_what_the_kiosk_shows_is_short_and_in_both_languages(each: ServiceStandard) -> None:
    options = [option for question in each.questions for option in question.options]
    texts = [(each.name, each.name_en), *((part.text, part.text_en) for part in each.requirements)]
    texts += [(part.text, part.text_en) for part in each.questions] + [(part.text, part.text_en) for part in options]

    assert len(each.short_name) <= SHORT_NAME_LENGTH
    assert each.name_en
    assert len(each.name_en) <= SHORT_NAME_LENGTH
    for text, text_en in texts:
        assert text_en
        assert max(len(text.split()), len(text_en.split())) <= 20
    assert all(step.title_en for step in each.steps)


@pytest.mark.parametrize("name", ["lumajang", "ranuyoso"])
def test_the_files_keep_the_spelling_and_hold_no_private_number(name: str) -> None:
    content = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")

    assert "antrian" not in content.lower()
    printed = tomllib.loads(content)
    channels = printed["complaint"]
    phones = {each["value"] for each in channels if each["kind"] in ("phone", "whatsapp")}
    assert phones == {{"lumajang": "085338312363"}.get(name, "(0334) 441306")}
    assert "instagram" not in json.dumps(channels).lower()
    assert [each["slug"] for each in printed["services"] if "complaint" in each] == []


def test_a_divorced_applicant_brings_the_divorce_certificate_instead_of_the_statement() -> None:
    nikah = service("lumajang", "dispensasi-nikah")
    question = next_question(nikah, {})

    assert question is not None
    assert [option.key for option in question.options] == ["belum", "cerai"]
    assert next_question(nikah, {"status": "cerai"}) is None
    common = ["pengantar", "ktp", "kk", "n1-n2"]
    assert [each.key for each in needed(nikah, {"status": "cerai"})] == [*common, "cerai"]
    assert [each.key for each in needed(nikah, {"status": "belum"})] == [*common, "belum-menikah"]


@pytest.mark.parametrize(("answer", "brings"), [("baru", "usia"), ("ganti", "ktp-lama"), ("hilang", "kehilangan")])
def test_who_lost_the_card_brings_the_police_report_and_who_replaces_it_the_old_card(answer: str, brings: str) -> None:
    wanted = needed(service("ranuyoso", "ktp-el"), {"keperluan": answer})

    assert [each.key for each in wanted] == ["f-1-02", "kk", brings]


def test_a_requirement_may_hang_on_two_questions_and_on_one_of_two_answers() -> None:
    table = to_table(service("lumajang", "ktp-el"))
    table["questions"].append(
        {
            "key": "usia",
            "text": "Sudah 17 tahun?",
            "when": [["keperluan", "baru"]],
            "options": [{"key": "ya", "text": "Ya"}, {"key": "belum", "text": "Belum"}],
        }
    )
    table["requirements"][-1]["when"] = [["keperluan", "baru"], ["keperluan", "ganti"], ["usia", "belum"]]
    changed = service_from_json(table)

    last = changed.requirements[-1]
    assert next_question(changed, {"keperluan": "ganti"}) is None
    assert next_question(changed, {"keperluan": "baru"}) == changed.questions[1]
    assert last in needed(changed, {"keperluan": "baru", "usia": "belum"})
    assert last not in needed(changed, {"keperluan": "baru", "usia": "ya"})
    assert last not in needed(changed, {"keperluan": "hilang", "usia": "belum"})


def test_the_regions_are_the_21_sub_districts_with_their_205_villages() -> None:
    villages = [village for district in regions() for village in district.villages]

    assert len(regions()) == 21
    assert len({village.code for village in villages}) == 205
    assert [sum(each.kind == kind for each in villages) for kind in ("kelurahan", "desa")] == [7, 198]
    names = {each.code: each.name for each in regions()}
    assert (names["35.08.10"], names["35.08.20"]) == ("Lumajang", "Ranuyoso")
    assert all(village.code.startswith(f"{each.code}.") for each in regions() for village in each.villages)


# --- wrong files -----------------------------------------------------------------------------------------------------

SOUND = """\
slug = "kota"
name = "Kecamatan Kota"
unit = "Kecamatan"
region_code = "35.08.10"

[[services]]
slug = "salinan"
series = "A"
name = "Salinan"
short_name = "Salinan"
steps = [{ key = "selesai", title = "Menyalin", role = "loket", needs_applicant = true, collects = ["documents"] }]

[[services]]
slug = "izin"
series = "B"
name = "Surat izin"
short_name = "Izin"
promise = { value = 1, unit = "working_days", text = "1 hari kerja" }
fee = { rupiah = 0, text = "Gratis" }
complaint = { instagram = "kec.kota" }
staff_count = 2
requirements = [
  { key = "ktp", text = "KTP" },
  { key = "surat", text = "Surat", when = [["umur", "tua"]] },
]

[[services.questions]]
key = "umur"
text = "Berapa umur Anda?"
options = [{ key = "muda", text = "Muda" }, { key = "tua", text = "Tua" }]

[[services.steps]]
key = "serah"
title = "Menyerahkan"
role = "pemohon"

[[services.steps]]
key = "terima"
title = "Menerima"
role = "loket"
needs_applicant = true
collects = ["documents"]

[[services.steps]]
key = "periksa"
title = "Memeriksa"
role = "kasi"
silent = true
collects = ["validation"]
may_send_back_to = ["terima"]

[[services.steps]]
key = "isi"
title = "Mengisi"
role = "operator"
needs_applicant = true
collects = ["confirmation", "product"]

[[services.steps]]
key = "beri"
title = "Memberikan"
role = "loket"
needs_applicant = true
collects = ["receiver"]

[[services.steps]]
key = "rekap"
title = "Merekap"
role = "kasi"
collects = ["recap"]
"""

# fmt: off
WRONG = [
    # in the sound file          becomes                        and the office reads
    # the shape
    ('role = "kasi"\nsilent',    'role = "kasii"\nsilent',      f"layanan 2, tahap 3, role: 'kasii' tidak dikenal. Pilih salah satu: {', '.join(role for role in Role if role != Role.ADMIN)}."),
    ('"validation"',             '"validasi"',                  f"layanan 2, tahap 3, collects: 'validasi' tidak dikenal. Pilih salah satu: {', '.join(Collects)}."),
    ('"working_days"',           '"hari"',                      f"layanan 2, jangka waktu, unit: 'hari' tidak dikenal. Pilih salah satu: {', '.join(Unit)}."),
    ('staff_count = 2',          'category = "izin"',           f"layanan 2, category: 'izin' tidak dikenal. Pilih salah satu: {', '.join(Category)}."),
    ('title = "Memeriksa"',      'titel = "Memeriksa"',         "layanan 2, tahap 3, titel: Kunci ini tidak dikenal; maksudnya 'title'?"),
    ('title = "Memeriksa"',      '',                            "layanan 2, tahap 3, title: Wajib diisi."),
    ('unit = "Kecamatan"',       '',                            "unit: Wajib diisi."),
    ('unit = "Kecamatan"',       'unit = "Kecamatan"\nfax = 1', f"fax: Kunci ini tidak dikenal. Yang ada: {', '.join(fields_of(OfficeStandard))}."),
    ('{ rupiah = 0, ',           '{ rupiah = 0, pajak = 1, ',   f"layanan 2, biaya, pajak: Kunci ini tidak dikenal. Yang ada: {', '.join(fields_of(Fee))}."),
    ('rupiah = 0',               'rupiah = "0"',                "layanan 2, biaya, rupiah: Isi dengan bilangan bulat."),
    ('rupiah = 0',               'rupiah = 0.5',                "layanan 2, biaya, rupiah: Isi dengan bilangan bulat."),
    ('name = "Surat izin"',      'name = 7',                    "layanan 2, name: Isi dengan teks di antara tanda petik."),
    ('name = "Surat izin"',      'name = 2026-01-02',           "layanan 2, name: Isi dengan teks di antara tanda petik."),
    ('silent = true',            'silent = "ya"',               "layanan 2, tahap 3, silent: Isi true atau false, tanpa tanda petik."),
    ('["terima"]',               '"terima"',                    "layanan 2, tahap 3, may_send_back_to: Isi dengan daftar di antara tanda [ ]."),
    ('{ value = 1, unit = "working_days", text = "1 hari kerja" }', '1', "layanan 2, promise: Isi dengan tabel yang berkunci, bukan satu nilai."),
    ('[["umur", "tua"]]',        '[["umur"]]',                  'layanan 2, persyaratan 2, when: Isi dengan daftar pasangan: [["pertanyaan", "pilihan"]].'),
    ('{ key = "muda", text = "Muda" }', '"muda"',               "layanan 2, pertanyaan 1, pilihan 1: Isi dengan tabel yang berkunci, bukan satu nilai."),
    ('staff_count = 2',          'staff_count = ' + '9' * 5000, "Berkas ini bukan berkas standar yang sah."),
    ('staff_count = 2',          'staff_count = inf',           "layanan 2, staff_count: Isi dengan bilangan bulat."),
    ('staff_count = 2',          'products = ' + '[' * 9000,    "Susunan berkas terlalu dalam."),
    ('staff_count = 2',          'a.' * 20000 + 'a = 1',        "Susunan berkas terlalu dalam."),
    ('staff_count = 2',          'products = [' + '1,' * 40000 + ']', "Isi berkas terlalu banyak: paling banyak 30000 tanda = , [. Bagi menjadi beberapa berkas."),
    # TOML itself
    ('unit = "Kecamatan"',       'unit = Kecamatan',            "Baris 3, kolom 8: bukan tulisan berkas standar yang sah."),
    ('unit = "Kecamatan"',       'slug = "dua kali"',           "Baris 3, kolom 18: bukan tulisan berkas standar yang sah."),
    ('collects = ["recap"]',     'collects = ["recap"',         "Akhir berkas: tulisan berkas standar belum selesai."),
    # names
    ('slug = "izin"',            'slug = "salinan"',            "layanan 2, slug: 'salinan' sudah dipakai nomor 1."),
    ('series = "B"',             'series = "A"',                "layanan 2, series: 'A' sudah dipakai nomor 1."),
    ('series = "B"',             'series = "b"',                "layanan 2, series: Isi satu atau dua huruf dari A sampai Z."),
    ('series = "B"',             'series = "ABC"',              "layanan 2, series: Isi satu atau dua huruf dari A sampai Z."),
    ('slug = "izin"',            'slug = "Surat Izin"',         "layanan 2, slug: Pakai huruf kecil, angka, dan tanda hubung saja."),
    ('slug = "kota"',            'slug = "ko/ta"',              "slug: Pakai huruf kecil, angka, dan tanda hubung saja."),
    ('key = "periksa"',          'key = "terima"',              "layanan 2, tahap 3, key: 'terima' sudah dipakai nomor 2."),
    ('key = "periksa"',          'key = "Periksa!"',            "layanan 2, tahap 3, key: Kunci 'Periksa!' hanya boleh berisi huruf kecil, angka, '_', dan '-', dan diawali huruf."),
    ('key = "periksa"',          'key = "pemohon"',             "layanan 2, tahap 3, key: Kunci 'pemohon' sudah berarti pemohon sendiri; pilih kunci lain."),
    ('key = "surat"',            'key = "ktp"',                 "layanan 2, persyaratan 2, key: 'ktp' sudah dipakai nomor 1."),
    ('key = "tua", text',        'key = "muda", text',          "layanan 2, pertanyaan 1, pilihan 2, key: 'muda' sudah dipakai nomor 1."),
    ('short_name = "Izin"',      f'short_name = "{"x" * 29}"',  "layanan 2, short_name: Paling banyak 28 huruf."),
    ('short_name = "Izin"',      'short_name = " "',            "layanan 2, short_name: Wajib diisi."),
    ('title = "Memeriksa"',      'title = ""',                  "layanan 2, tahap 3, title: Wajib diisi."),
    ('title = "Memeriksa"',      'title = "\\u001b@"',         "layanan 2, tahap 3, title: Ada tanda yang tidak dapat dicetak."),
    ('text = "Gratis"',          'text = ""',                   "layanan 2, biaya, text: Wajib diisi."),
    ('{ key = "ktp", text',      '{ key = "ktp", icon = "<x>", text', "layanan 2, persyaratan 1, icon: '<x>' bukan nama gambar."),
    ('"35.08.10"',               '"3508"',                      "region_code: Tulis kodenya seperti 35.08.05 (kecamatan), 35.08 (kabupaten/kota) atau 35.08.05.1001 (desa/kelurahan)."),
    ('unit = "Kecamatan"',       'unit = "Kecamatan"\ntimezone = "WIB"', "timezone: 'WIB' tidak dikenal. Pilih salah satu: Asia/Jakarta, Asia/Pontianak, Asia/Makassar, Asia/Jayapura."),
    # components
    ('value = 1',                'value = 0',                   "layanan 2, jangka waktu, value: Paling sedikit 1."),
    ('rupiah = 0',               'rupiah = -1',                 "layanan 2, biaya, rupiah: Paling sedikit 0."),
    ('staff_count = 2',          'staff_count = 0',             "layanan 2, staff_count: Paling sedikit 1."),
    ('"kec.kota"',               '"@Kec kota"',                 "layanan 2, pengaduan 1, value: Nama Instagram '@Kec kota' tidak sah."),
    ('["umur", "tua"]',          '["usia", "tua"]',             "layanan 2, persyaratan 2, when: Pertanyaan 'usia' tidak ada sebelumnya. Yang ada: umur."),
    ('["umur", "tua"]',          '["umur", "lama"]',            "layanan 2, persyaratan 2, when: Pilihan 'lama' tidak ada pada pertanyaan 'umur'. Yang ada: muda, tua."),
    ('umur Anda?"',              'umur?"\nwhen = [["umur", "tua"]]', "layanan 2, pertanyaan 1, when: Pertanyaan 'umur' tidak ada sebelumnya. Yang ada: -."),
    (', { key = "tua", text = "Tua" }', '',                     "layanan 2, pertanyaan 1, options: Perlu sedikitnya dua pilihan jawaban."),
    # the procedure
    ('may_send_back_to = ["terima"]', 'may_send_back_to = ["isi"]',     "layanan 2, tahap 3, may_send_back_to: Hanya dapat mengembalikan ke tahap sebelumnya (serah, terima), bukan ke 'isi'."),
    ('may_send_back_to = ["terima"]', 'may_send_back_to = ["periksa"]', "layanan 2, tahap 3, may_send_back_to: Hanya dapat mengembalikan ke tahap sebelumnya (serah, terima), bukan ke 'periksa'."),
    ('may_send_back_to = ["terima"]', 'may_send_back_to = ["loket"]',   "layanan 2, tahap 3, may_send_back_to: Tahap tujuan 'loket' tidak dikenal. Yang ada sebelumnya: serah, terima."),
    ('may_send_back_to = ["terima"]', 'may_send_back_to = ["serah"]',   "layanan 2, tahap 3, may_send_back_to: Untuk mengembalikan kepada pemohon tulis 'pemohon', bukan 'serah'."),
    ('collects = ["confirmation"',    'may_send_back_to = ["pemohon"]\ncollects = ["confirmation"', "layanan 2, tahap 4, may_send_back_to: Hanya loket, kasi, sekcam, camat, seklur, lurah, kabid, sekdis, kadis yang dapat mengembalikan berkas kepada pemohon."),
    ('silent = true',            'silent = true\nneeds_applicant = true', "layanan 2, tahap 3, silent: Tahap yang tidak memanggil tidak dapat memerlukan pemohon."),
    ('silent = true',            'norm_minutes = 0',            "layanan 2, tahap 3, norm_minutes: Paling sedikit 1."),
    ('role = "kasi"\nsilent',    'role = "pemohon"\nsilent',    "layanan 2, tahap 3, role: Peran 'pemohon' hanya untuk tahap 1."),
    ('role = "kasi"\nsilent',    'role = "admin"\nsilent',      "layanan 2, tahap 3, role: Peran 'admin' tidak menjalankan tahap."),
    ('role = "pemohon"',         'role = "pemohon"\ncollects = ["login"]', "layanan 2, tahap 1, role: Tahap pemohon tidak mengumpulkan dan tidak mengembalikan apa pun."),
    ('role = "pemohon"',         'role = "kasi"',               "layanan 2, tahap 1, role: Tahap petugas yang pertama harus berperan 'loket'."),
    ('role = "pemohon"',         'role = "loket"',              "layanan 2, tahap 2, collects: Berkas harus diterima di tahap petugas yang pertama, tahap 1."),
    ('["receiver"]',             '["receiver", "documents"]',   "layanan 2, tahap 5, collects: 'documents' sudah dikumpulkan di tahap 2."),
    ('role = "kasi"\ncollects',  'role = "loket"\ncollects',    "layanan 2, tahap 6, collects: 'recap' hanya dapat dikumpulkan oleh peran 'kasi'."),
    ('needs_applicant = true\ncollects = ["receiver"]', 'collects = ["receiver"]', "layanan 2, tahap 5, needs_applicant: 'receiver' memerlukan pemohon di loket (needs_applicant = true)."),
    ('["validation"]',           '["product"]',                 "layanan 2, tahap 3, collects: 'product' tidak dapat mendahului 'confirmation' di tahap 4."),
    ('["validation"]',           '["recap"]',                   "layanan 2, tahap 3, collects: 'recap' tidak dapat mendahului 'receiver' di tahap 5."),
    ('collects = ["recap"]',     'collects = ["payment"]',      "layanan 2, tahap 6: Sesudah penyerahan atau rekap hanya boleh ada pekerjaan kantor sendiri, seperti pengarsipan: tanpa pemohon, pembayaran, atau instansi lain."),
    ('collects = ["recap"]',     'elsewhere = "Dinas"',         "layanan 2, tahap 6: Sesudah penyerahan atau rekap hanya boleh ada pekerjaan kantor sendiri, seperti pengarsipan: tanpa pemohon, pembayaran, atau instansi lain."),
    ('["validation"]',           '["recap"]',                   "layanan 2, tahap 4: Sesudah penyerahan atau rekap hanya boleh ada pekerjaan kantor sendiri, seperti pengarsipan: tanpa pemohon, pembayaran, atau instansi lain."),
    ('steps = [{ key = "selesai", title = "Menyalin", role = "loket", needs_applicant = true, collects = ["documents"] }]', '', "layanan 1, steps: Belum ada tahap."),
    ('steps = [{ key = "selesai", title = "Menyalin", role = "loket", needs_applicant = true, collects = ["documents"] }]', 'steps = [{ key = "a", title = "A", role = "pemohon" }]', "layanan 1, steps: Belum ada tahap petugas."),
]
# fmt: on


def test_the_sound_file_is_taken() -> None:
    assert [each.slug for each in load(SOUND.encode()).services] == ["salinan", "izin"]


@pytest.mark.parametrize(("sound", "wrong", "sentence"), WRONG, ids=[sentence for _, _, sentence in WRONG])
def test_a_wrong_file_is_refused_with_the_place_and_a_sentence(sound: str, wrong: str, sentence: str) -> None:
    assert SOUND.count(sound) == 1

    with pytest.raises(InvalidStandard) as refusal:
        load(SOUND.replace(sound, wrong).encode())

    assert sentence in told(refusal.value.problems, words())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "slug: Wajib diisi."),
        (b"\x00", "Baris 1, kolom 1: bukan tulisan berkas standar yang sah."),
        (b'slug = "a"\nname = "\xff"', "Baris 2: berkas bukan teks UTF-8, UTF-16 atau Windows-1252."),
        (SOUND[: SOUND.index("[[services]]")].encode(), "services: Belum ada layanan."),
    ],
)
def test_a_file_that_is_no_standard_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidStandard) as refusal:
        load(content)

    assert sentence in told(refusal.value.problems, words())


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    broken = (
        SOUND.replace('series = "B"', 'series = "A"').replace('["terima"]', '["isi"]').replace("value = 1", "value = 0")
    )

    with pytest.raises(InvalidStandard) as refusal:
        load(broken.encode())

    assert told(refusal.value.problems, words()) == [
        "layanan 2, jangka waktu, value: Paling sedikit 1.",
        "layanan 2, tahap 3, may_send_back_to: Hanya dapat mengembalikan ke tahap sebelumnya (serah, terima), bukan ke 'isi'.",
        "layanan 2, series: 'A' sudah dipakai nomor 1.",
    ]
    assert refusal.value.problems[0] == Problem(("services", 1, "promise", "value"), "at_least", {"ge": 1})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_file_in_any_encoding_that_windows_writes_is_taken(tmp_path: Path, encoding: str) -> None:
    text = SOUND.replace("Surat izin", "Surat izin – “baru” ½ é")
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    path = tmp_path / "kota.toml"
    path.write_bytes(mark + text.replace("\n", "\r\n").encode(encoding))

    assert load(path) == load(text.encode())


@pytest.mark.parametrize(
    "content",
    [
        SOUND.replace("Surat izin", "Surat é izin").encode().replace(b"Memeriksa", b"\xe9"),
        codecs.BOM_UTF16_LE + SOUND.encode("utf-16-le").replace("Memeriksa".encode("utf-16-le"), b"\x00\xd8"),
        SOUND.encode().replace(b"Memeriksa", b"\x8f"),
    ],
)
def test_a_file_with_a_broken_sign_is_refused_with_its_line(content: bytes) -> None:
    with pytest.raises(InvalidStandard) as refusal:
        load(content)

    (problem,) = refusal.value.problems
    line = SOUND[: SOUND.index("Memeriksa")].count("\n") + 1
    assert (problem.code, problem.facts) == ("no_utf8", {"line": line})


def test_what_is_typed_on_a_page_is_read_as_a_file_is() -> None:
    typed = {
        "slug": "izin", "series": "A", "name": " Izin ", "short_name": "Izin", "category": "", "is_delicate": "true",
        "fee": {"rupiah": "Rp10.000,-", "text": "Rp10.000"}, "legal_basis": "UU 1\r\n\r\n UU 2 ",
        "complaint": [{"kind": "web", "value": "a.id"}, {"kind": "box"}], "staff_count": "5",
        "questions": [{"key": "u", "text": "Umur?", "options": [{"key": "a", "text": "A"}, {"key": "b", "text": "B"}]}],
        "requirements": [{"key": "ktp", "text": "KTP", "optional": "true", "when": ["u=a"]}],
        "steps": [{"key": "x", "title": "X", "role": "loket", "needs_applicant": "true", "collects": ["documents"]}],
    }  # fmt: skip

    read = service_from_json(from_form(typed, ServiceStandard))

    assert (read.name, read.category, read.is_delicate, read.fee) == ("Izin", None, True, Fee(10_000, "Rp10.000"))
    assert (read.legal_basis, read.staff_count) == (("UU 1", "UU 2"), 5)
    assert read.complaint == (Channel(ChannelKind.WEB, "a.id"), Channel(ChannelKind.BOX))
    assert (read.requirements[0].when, read.steps[0].collects) == ((("u", "a"),), (Collects.DOCUMENTS,))
    assert service_from_json(from_form(to_form(service_to_json(read), ServiceStandard), ServiceStandard)) == read


@pytest.mark.parametrize(("typed", "code"), [("lima", "whole_number"), ("1,5", "whole_number"), ("5", None)])
def test_a_number_that_is_none_is_refused_at_its_field(typed: str, code: str | None) -> None:
    table = to_form(service_to_json(service("lumajang", "ktp-el")), ServiceStandard)

    try:
        found: dict[str, str] = {}
        service_from_json(from_form({**table, "staff_count": typed}, ServiceStandard))
    except InvalidStandard as refusal:
        found = {each.name: each.code for each in refusal.problems}

    assert found.get("staff_count") == code


def test_one_broken_service_keeps_the_whole_file_out() -> None:
    whole = (FOLDER / "lumajang.toml").read_bytes()
    last = whole.rindex(b'role = "loket"')
    broken = whole[:last] + whole[last:].replace(b'"loket"', b'"lokett"', 1)

    with pytest.raises(InvalidStandard) as refusal:
        load(broken)

    (sentence,) = told(refusal.value.problems, words())
    assert sentence.startswith("layanan 8, tahap 3, role: 'lokett' tidak dikenal. Pilih salah satu: ")
    assert all(role in sentence for role in Role if role != Role.ADMIN)
    assert "admin" not in sentence


def attempt(read: Callable[[], Kind]) -> Kind | list[str]:
    """What was read, or the sentences of its refusal."""
    try:
        return read()
    except InvalidStandard as refusal:
        return told(refusal.problems, words())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(start=st.integers(0, len(SOUND)), length=st.integers(0, 40), filling=st.text(max_size=12))
def test_a_damaged_file_is_either_wholly_sound_or_wholly_refused(start: int, length: int, filling: str) -> None:
    damaged = SOUND[:start] + filling + SOUND[start + length :]

    outcome = attempt(lambda: load(damaged.encode()))

    assert (outcome and all(outcome)) if isinstance(outcome, list) else problems(outcome) == []


# --- kept as a version -----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3),
    max_leaves=6,
)


def places(table: Any) -> list[tuple[Any, Any]]:
    """Every container with every key in it, at every depth."""
    keys = list(table) if isinstance(table, dict) else range(len(table)) if isinstance(table, list) else []
    return [(table, key) for key in keys] + [place for key in keys for place in places(table[key])]


@pytest.mark.parametrize("each", SERVICES)
def test_a_service_comes_back_from_its_version_as_it_was(each: ServiceStandard) -> None:
    stored = json.loads(json.dumps(service_to_json(each)))

    assert from_table(stored) == each
    assert service_from_json(stored) == each


st.register_type_strategy(float, st.floats(allow_nan=False))  # "not a number" is not equal to itself


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(each=st.from_type(ServiceStandard))
def test_any_service_comes_back_from_its_table_as_it_was(each: ServiceStandard) -> None:
    table = to_table(each)

    assert from_table(json.loads(json.dumps(table))) == each
    assert None not in table.values()


def test_a_whole_office_is_a_table_too() -> None:
    table = to_table(OFFICES["lumajang"])

    assert [from_table(each) for each in table["services"]] == list(OFFICES["lumajang"].services)
    assert "pledge" not in table


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.data(), filling=JSON)
def test_a_damaged_version_is_either_wholly_sound_or_wholly_refused(choice: st.DataObject, filling: Any) -> None:
    table = copy.deepcopy(service_to_json(service("lumajang", "ktp-el")))
    container, key = choice.draw(st.sampled_from(places(table)))
    container[key] = filling

    outcome = attempt(lambda: service_from_json(table))

    assert (outcome and all(outcome)) if isinstance(outcome, list) else service_problems(outcome) == []


def test_a_wrong_service_by_itself_names_only_the_place_within_it() -> None:
    table = service_to_json(service("lumajang", "ktp-el"))
    table["steps"][1]["role"] = "operatr"

    with pytest.raises(InvalidStandard) as refusal:
        service_from_json(table)

    (sentence,) = told(refusal.value.problems, words())
    assert sentence.startswith("tahap 2, role: 'operatr' tidak dikenal.")


def test_nothing_of_a_standard_can_be_changed_in_place() -> None:
    step = service("lumajang", "oss").steps[1]

    with pytest.raises(dataclasses.FrozenInstanceError):
        step.role = Role.KASI  # type: ignore[misc]


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_way_through_a_toml_file(text: str) -> None:
    table = {"name": text, "lines": [text], "steps": [{"when": {text: text}}]}

    assert tomllib.loads(tomli_w.dumps(table)) == table
