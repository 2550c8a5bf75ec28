"""Every line of the two standards that this was made for, and each place where it must stand, in the rendered thing."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from desks import Desks, signing_in
from people import sign_in

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

PLACES = {
    "K": "kiosk",
    "N": "number slip",
    "R": "receipt",
    "P": "phone",
    "T": "television",
    "D": "desk: the checklist",
    "V": "desk: the file where the kasi validates it",
    "H": "proof of the hand-over",
    "S": "published standard",
    "E": "setup: the editor of the standard",
}

# fmt: off
STEPS = [
    ("Pemohon atau pelaku usaha mikro menyerahkan berkas lengkap.", "S"),
    ("Petugas loket menerima berkas dan memeriksa kelengkapannya.", "S"),
    ("Kepala Seksi menerima berkas, memvalidasi, dan meneruskannya ke petugas operator.", "S V"),
    ("Petugas operator membantu pemohon membuat akun OSS (menu Daftar/Masuk di https://oss.go.id) melalui email.", "S"),
    ("Petugas operator membantu pemohon masuk ke OSS (menu Masuk di pojok kanan laman) di https://oss.go.id.", "S"),
    ("Petugas operator mengisi pendaftaran sesuai berkas pemohon.", "S"),
    ("Hasil isian dikonfirmasi kepada pemohon; yang kurang atau keliru diperbaiki; bila sudah benar, NIB dan Izin "
     "Usaha Mikro diterbitkan.", "S"),
    ("Sekretariat mengarsipkan berkas.", "S"),
    ("Petugas loket menyerahkan NIB dan Izin Usaha Mikro kepada pemohon.", "S"),
    ("Kepala Seksi merekap dan melaporkan kepada Camat.", "S"),
    ("Petugas operator", "S V"),
]
LINES = {
    "lumajang": [
        ("Pemerintah Kabupaten Lumajang", "N R H S"),
        ("Standar Pelayanan Fasilitasi Pendaftaran Usaha Mikro melalui OSS", "S"),
        ("A. Proses penyampaian layanan", "S"),
        ("Formulir data informasi usaha mikro (formulir pengisian OSS) yang sudah diisi", "K N R P D S"),
        ("Fotokopi KTP yang sudah diaktivasi", "K N R P D S"),
        ("Alamat surel pribadi atau usaha yang aktif", "K N R P D S"),
        ("Surat keterangan usaha dari Kepala Desa/Lurah", "K N R P D S"),
        *STEPS,
        ("1 (satu) hari kerja", "K N R P S"),
        ("Tidak ada retribusi (gratis)", "K N R P S"),
        ("Nomor Induk Berusaha (NIB)", "K N R P S"),
        ("Izin Usaha Mikro", "K N R P H S"),
        ("085338312363", "K N R P T S"),
        ("Kantor Kecamatan Lumajang, Jl. Achmad Yani Nomor 9 Lumajang 67316", "K N R P T S"),
        ("www.lumajangkab.go.id", "K N R P T S"),
        ("laporlumajang.lumajangkab.go.id", "K N R P T S"),
        ("kecamatanlumajang09@gmail.com", "K N R P T S"),
        ("Facebook: Kecamatan Lumajang", "K N R P T S"),
        ("B. Proses pengelolaan layanan", "S"),
        ("Undang-Undang Nomor 20 Tahun 2008 tentang Usaha Mikro, Kecil, dan Menengah", "S"),
        ("Peraturan Pemerintah Nomor 17 Tahun 2013 tentang Pelaksanaan Undang-Undang Nomor 20 Tahun 2008", "S"),
        ("Peraturan Pemerintah Nomor 24 Tahun 2018 tentang Pelayanan Perizinan Berusaha Terintegrasi secara "
         "Elektronik", "S"),
        ("Peraturan Presiden Nomor 98 Tahun 2014 tentang Perizinan untuk Usaha Mikro dan Kecil", "S"),
        ("Peraturan Menteri Dalam Negeri Nomor 83 Tahun 2014 tentang Pedoman Pemberian Izin Usaha Mikro dan "
         "Kecil", "S"),
        ("Peraturan Menteri Koperasi dan Usaha Kecil dan Menengah Nomor 02 Tahun 2019 tentang Perizinan Berusaha "
         "Terintegrasi secara Elektronik bagi Usaha Mikro dan Kecil", "S"),
        *((line, "S") for line in (
            "Komputer dan printer", "Meja", "Kursi", "Toilet", "Buku register", "Ruang tunggu", "Tempat parkir",
            "Kursi roda", "Jalan/rambatan kursi roda", "Ruang laktasi", "Kotak pengaduan dan Koin Kepuasan",
            "Rak buku", "Brosur/leaflet", "Lemari es", "HP pelayanan",
        )),
        ("Dilaksanakan oleh petugas PATEN", "S"),
        ("Kepala Seksi Pelayanan Umum", "S"),
        ("5 (lima) orang", "S"),
        ("apabila penyelesaian melebihi waktu yang ditetapkan", "E"),
        ("Jaminan keamanan dan keselamatan pelayanan", "S"),
        ("Bentuk surat sesuai tata naskah dinas", "S"),
        ("Spesifikasi Surat Ijin yang sesuai dengan tata naskah dinas", "E"),
        ("SKM: pemohon dipilih acak mengisi formulir; data dikumpulkan dan diolah; dianalisis dan dievaluasi; hasil "
         "ditindaklanjuti", "S"),
        ("Pengawasan atasan langsung atas kinerja dan kedisiplinan", "S"),
    ],
    "ranuyoso": [
        ("Pemerintah Kabupaten Lumajang", "N R H S"),
        ("Jalan Raya Ranuyoso No. 80, Kecamatan Ranuyoso, Kabupaten Lumajang 67357", "R H S"),
        ("https://ranuyoso.lumajangkab.go.id/", "R H"),
        ("Standar Pelayanan (Nonperizinan) Fasilitasi Pendaftaran Izin Usaha Mikro di Kecamatan melalui Online Single "
         "Submission (OSS)", "S"),
        ("Nonperizinan", "S"),
        ("Formulir data informasi usaha mikro (formulir pengisian OSS) yang sudah diisi", "K N R P D S"),
        ("Fotokopi Kartu Tanda Penduduk (KTP) yang sudah diaktivasi", "K N R P D S"),
        ("Alamat surel pribadi atau usaha yang aktif", "K N R P D S"),
        ("Surat keterangan usaha dari kepala desa/lurah", "K N R P D S"),
        *STEPS,
        ("1 (satu) hari kerja", "K N R P S"),
        ("Tidak dipungut biaya", "K N R P S"),
        ("Fasilitasi pendaftaran Izin Usaha Mikro melalui OSS", "K N R P S"),
        ("Kekayaan bersih/modal paling banyak Rp50 juta, tidak termasuk tanah dan bangunan tempat usaha", "K N P V S"),
        ("Hasil penjualan tahunan paling banyak Rp300 juta", "K N P V S"),
        ("Jl. Raya Ranuyoso No. 80", "K N R P T S"),
        ("(0334) 441306", "K N R P T S"),
    ],
}
HIDDEN = ("belum diisi", "Penggilingan Padi", "Surat Ijin", "@Kec lumajang", "Tanyakan kepada kantor")
"""What stands in no place of the public."""
# fmt: on


def readable(text: str) -> str:
    """What a person reads of a page: no tags, one space between words."""
    bare = re.sub(r"<(script|style|template)[ >].*?</\1>|<[^>]+>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(bare).replace("\N{NO-BREAK SPACE}", " ").split())


def printed(desks: Desks, kind: str) -> str:
    """The words of the newest slip of this kind, line after line."""
    lines = [job.lines for job in desks.jobs() if job.kind == kind][-1]
    parts = [part for line in lines for part in (line.get("text"), line.get("left"), line.get("right")) if part]
    return " ".join(" ".join(parts).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def standing_in(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, dict[str, str]]:
    """Office -> place -> everything that can be read there."""
    return {
        office: rendered(office, tmp_path_factory.mktemp(office), sqlite_template)
        for office in ("lumajang", "ranuyoso")
    }


def rendered(office: str, folder: Path, template: Path) -> dict[str, str]:
    store = Store(f"sqlite:///{shutil.copy(template, folder / 'loket.db')}")
    desks = signing_in(store, office)
    app = create_app(Settings(data=folder), store, lambda: desks.now, async_mode="threading")
    anybody, desk = app.test_client(), sign_in(app, "loket1", office=office)
    shown = {
        "K": anybody.get(f"/{office}/kiosk").text,
        "T": anybody.get(f"/{office}/display").text,
        "S": anybody.get(f"/{office}/standard/oss?paper=a4", headers={"Accept": "text/html"}).text,
        "E": sign_in(app, "admin", office=office).get(f"/{office}/counter/setup/services/oss/standard").text,
    }
    taken = desks.take()
    desks.serve_next("loket1")
    shown["N"], shown["P"] = printed(desks, "number"), anybody.get(f"/t/{taken.token}").text
    shown["D"] = desk.get(f"/{office}/counter/1/tickets/{taken.id}/file").text
    case = desks.receive("loket1", taken.id)["id"]
    shown["V"] = sign_in(app, "kasi", office=office).get(f"/{office}/counter/cases/{case}").text
    shown["R"] = printed(desks, "receipt")
    desks.to_step("recap")
    shown["H"] = printed(desks, "handover")
    store.close()
    return {place: readable(text) for place, text in shown.items()}


@pytest.mark.parametrize(
    ("office", "line", "places"),
    [pytest.param(office, *row, id=f"{office}-{row[0][:40]}") for office, rows in LINES.items() for row in rows],
)
def test_a_line_of_the_standard_stands_where_it_must(
    standing_in: dict[str, dict[str, str]], office: str, line: str, places: str
) -> None:
    missing = [PLACES[place] for place in places.split() if line not in standing_in[office][place]]

    assert missing == []


@pytest.mark.parametrize("office", LINES)
@pytest.mark.parametrize("words", HIDDEN)
def test_what_is_for_the_office_alone_is_nowhere_in_public(
    standing_in: dict[str, dict[str, str]], office: str, words: str
) -> None:
    wrong = [PLACES[place] for place in "KNRPTHS" if words.lower() in standing_in[office][place].lower()]

    assert wrong == []


def test_the_proof_of_the_hand_over_names_the_number(standing_in: dict[str, dict[str, str]]) -> None:
    for office in LINES:
        assert re.search(r"NIB\D{0,12}\d{13}", standing_in[office]["H"]), office
