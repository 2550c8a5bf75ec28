"""Bytes that fit every paper, and codes that scan."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from paper import CUTTER_MM, Paper, decode, picture, qr_codes
from paper import length_mm as length_of
from PIL import Image
from test_slip import AT, HEAD, ID, NEEDED, OSS, SLIPS, URL, number

from shared.domain.channel import Channel, ChannelKind
from shared.domain.errors import Invalid
from shared.domain.slips import slip
from shared.domain.slips import visitor as slip_visitor
from shared.domain.standards.facts import ServiceFacts
from shared.printing import made
from shared.printing.bytes import DOTS_PER_MM, logo_raster, render, wrap
from shared.printing.logo import prepared
from shared.printing.profiles import PAPERS, names, profile
from shared.printing.raster import draw, length_mm

SHORT_S = 0.3
CODED = ("number", "number_en", "practice", "receipt", "receipt_en", "complaint", "survey", "cover", "test")


# what stands on the paper


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", SLIPS)
def test_no_line_is_longer_than_the_paper(name: str, paper: str) -> None:
    printed = decode(render(SLIPS[name](), paper))

    assert all(line.columns <= profile(paper).columns for line in printed.lines)


@pytest.mark.parametrize("paper", PAPERS)
def test_no_word_is_lost_or_broken_by_the_paper(paper: str) -> None:
    printed = decode(render(SLIPS["number"](), paper))

    words = printed.text.replace("[ ]", "").split()
    wanted = " ".join((*NEEDED, OSS, "A-012", "laporlumajang.lumajangkab.go.id", "08.15")).split()
    assert not set(wanted) - set(words)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_number_is_the_largest_thing_on_the_paper(paper: str) -> None:
    printed = decode(render(SLIPS["number"](), paper))

    sizes = {line.text.strip(): line.height for line in printed.lines if line.text}
    assert sizes.pop("A-012") >= 6
    assert max(sizes.values()) <= 2


@pytest.mark.parametrize(("paper", "number_mm"), [("58mm", 30), ("80mm-42", 30), ("80mm-48", 30)])
def test_the_drawn_number_slip_has_a_taller_number_on_less_paper(paper: str, number_mm: float) -> None:
    lines, width = SLIPS["number"](), profile(paper).width_dots
    typed = render(lines, paper)

    drawn = made.make(slip.to_json(lines), paper)

    strip = picture(drawn.data, width)
    assert _tallest_ink(strip) / DOTS_PER_MM >= number_mm
    assert drawn.length_mm <= length_mm(typed, width) - 15
    assert qr_codes(strip) == [URL]
    said = " ".join(decode(drawn.data).text.split())
    assert all(part in said for part in ("A-012", "KECAMATAN LUMAJANG", "GRATIS", "4 orang", NEEDED[1]))
    assert made.make(slip.to_json(lines), paper, is_slow=True).data == typed  # pictures take a slow line too long


def _tallest_ink(strip: Image.Image) -> int:
    """Rows in a row that have ink."""
    inked = [strip.crop((0, y, strip.width, y + 1)).convert("L").getextrema()[0] < 128 for y in range(strip.height)]
    return max(sum(1 for _ in rows) for is_inked, rows in groupby(inked) if is_inked)


SIX_CHANNELS = (
    Channel(ChannelKind.PHONE, "085338312363"),
    Channel(ChannelKind.LAPORLUMAJANG, "laporlumajang.lumajangkab.go.id"),
    Channel(ChannelKind.EMAIL, "kecamatanlumajang09@gmail.com"),
    Channel(ChannelKind.WEB, "www.lumajangkab.go.id"),
    Channel(ChannelKind.DESK, "Kantor Kecamatan Lumajang, Jl. Achmad Yani Nomor 9 Lumajang 67316"),
    Channel(ChannelKind.SOCIAL, "Kecamatan Lumajang", "Facebook"),
)
FACTS = ServiceFacts("1 (satu) hari kerja", "Tidak ada retribusi (gratis)", ("Nomor Induk Berusaha (NIB)", "Izin"))


def six_channels(**changes: object) -> list[slip.Line]:
    """A number slip with everything that the office of Lumajang says."""
    head = replace(HEAD, above=("Pemerintah Kabupaten Lumajang",), complaint=SIX_CHANNELS)
    return slip_visitor.number_slip(
        head, ID, number="A-012", taken_at=AT, status_url=URL, service=OSS, requirements=NEEDED, ahead=4,
        wait_min=(15, 25), facts=FACTS, survey_code="1234", code="K7M-4QX", code_at="antrean.lumajangkab.go.id/t",
        **changes,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(("paper", "longest_mm"), [("58mm", 100), ("80mm-42", 94), ("80mm-48", 91)])
@pytest.mark.parametrize("has_logo", [False, True])
def test_what_the_visitor_has_is_not_on_the_paper(paper: str, longest_mm: float, has_logo: bool) -> None:
    lines = six_channels(ready=NEEDED)
    logo = io.BytesIO()
    Image.new("RGB", (300, 360)).save(logo, "PNG")

    drawn = made.make(slip.to_json(lines), paper, prepared(logo.getvalue()).grey if has_logo else None)

    assert [line for line in lines if isinstance(line, slip.Item)] == []
    assert drawn.length_mm <= longest_mm
    strip = picture(drawn.data, profile(paper).width_dots)
    assert strip.height / DOTS_PER_MM + (CUTTER_MM if profile(paper).cutter else 0) <= longest_mm
    assert qr_codes(strip) == [URL]


@pytest.mark.parametrize(("paper", "longest_mm"), [("58mm", 121), ("80mm-42", 107), ("80mm-48", 104)])
def test_what_the_visitor_still_needs_is_typed_in_small_letters(paper: str, longest_mm: float) -> None:
    drawn = made.make(slip.to_json(six_channels()), paper)

    printed, width = decode(drawn.data), profile(paper).width_dots
    small = " ".join(" ".join(line.text for line in printed.lines if line.is_fine).replace("[ ]", "").split())
    assert small == f"Siapkan: {' '.join(NEEDED)}"
    assert all(line.columns <= profile(paper).columns for line in printed.lines)
    assert drawn.length_mm <= longest_mm
    strip = picture(drawn.data, width)
    assert strip.height / DOTS_PER_MM + (CUTTER_MM if profile(paper).cutter else 0) <= longest_mm
    assert qr_codes(strip) == qr_codes(draw(drawn.data, width)) == [URL]


# longest in mm of every slip at 32, 42 and 48 columns, from the bytes alone
LENGTHS = {
    "number": (113, 101, 97), "number_en": (102, 93, 86), "practice": (92, 90, 86), "missing": (116, 93, 86),
    "receipt": (139, 126, 117), "receipt_en": (97, 84, 84), "incomplete": (89, 73, 73), "data": (113, 104, 104),
    "handover": (218, 199, 199), "refused": (88, 75, 71), "complaint": (95, 80, 82), "survey": (78, 69, 69),
    "cover": (73, 67, 70), "test": (127, 118, 118),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_no_slip_takes_more_paper_than_it_needs(name: str) -> None:
    for paper, longest_mm in zip(("58mm", "80mm-42", "80mm-48"), LENGTHS[name], strict=True):
        drawn = made.make(slip.to_json(SLIPS[name]()), paper)

        assert length_of(drawn.data) <= longest_mm, paper
        assert drawn.length_mm == pytest.approx(length_of(drawn.data), abs=1)


def test_a_printer_with_needles_gets_the_typed_form() -> None:
    lines = SLIPS["number"]()

    assert made.make(slip.to_json(lines), "TM-U220").data == render(lines, "TM-U220")


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", SLIPS)
def test_every_slip_has_a_designed_form_that_says_the_same(name: str, paper: str) -> None:
    lines, width = SLIPS[name](), profile(paper).width_dots

    typed, drawn = decode(render(lines, paper)), made.make(slip.to_json(lines), paper)

    printed, strip = decode(drawn.data), draw(drawn.data, width)
    assert all(line.columns <= profile(paper).columns for line in printed.lines)
    assert (strip.width, printed.cuts) == (width, typed.cuts)
    assert drawn.length_mm <= length_mm(render(lines, paper), width) + 4  # two lines to sign stay as far apart
    assert qr_codes(strip) == ([URL] if name in CODED else [])
    bold = [line.text for line in lines if isinstance(line, slip.Text) and line.bold and not line.part]
    assert all(" ".join(text.split()) in " ".join(printed.text.split()) for text in bold)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CODED)
def test_the_code_is_read_from_the_picture_of_the_bytes(name: str, paper: str) -> None:
    lines = SLIPS[name]()
    width = profile(paper).width_dots

    for native in (False, True):
        data = render(lines, paper, native_qr=native)
        assert qr_codes(draw(data, width)) == [URL]
        assert qr_codes(picture(data, width)) == [URL]
        assert decode(data).native_qr == ([URL] if native else [])


def test_a_long_address_still_makes_a_code_that_fits_the_narrow_paper() -> None:
    url = URL + "?" + "x" * 120

    assert qr_codes(draw(render([slip.QR(url)], "58mm"), 384)) == [url]


def test_a_code_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(Invalid, match="qr_too_long"):
        render([slip.QR("x" * 2000)])


@pytest.mark.parametrize("paper", PAPERS)
def test_the_drawing_is_as_wide_as_the_paper_and_as_long_as_measured(paper: str) -> None:
    data = render(SLIPS["number"](), paper)

    drawn = draw(data, profile(paper).width_dots)
    assert drawn.width == profile(paper).width_dots
    assert drawn.height == pytest.approx(length_mm(data, drawn.width) * 8)
    assert sum(drawn.convert("L").histogram()[:1]) > 5000


def test_the_drawing_refuses_a_command_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="1b 63"):
        draw(b"\x1bc5\x01", 384)


def test_marks_are_printed_where_the_page_has_them_and_left_off_where_not() -> None:
    lines = [slip.Text("René Ånöß, Séptì – “Ćirić”… ≥ 日本 \N{ZERO WIDTH SPACE}é\N{COMBINING ACUTE ACCENT}")]

    assert decode(render(lines, "80mm-48")).text == 'René Ånöß, Séptì - "Ciric"... ? ? é'
    assert decode(render(lines, "TM-U220")).text == 'René Ånöß, Séptì - "Ciric"... ≥ ? é'
    assert decode(render(lines, "80mm-48", code_page="CP1252")).text.startswith("René Ånöß, Séptì – “Ciric”")


def test_a_text_can_not_command_the_printer() -> None:
    printed = decode(render([slip.Text("A\x1b@\x10\x04\x01\x1dV\x00B\nC")]))

    assert printed.text == "A@VB C"
    assert printed.cuts == 0


def test_an_unknown_profile_or_page_is_refused() -> None:
    with pytest.raises(Invalid, match="printer_profile"):
        render([], "TM-Z99")
    with pytest.raises(Invalid, match="code_page"):
        render([], code_page="CP9999")


@pytest.mark.parametrize("name", names())
def test_every_model_that_can_be_chosen_prints_a_slip(name: str) -> None:
    data = render(SLIPS["receipt"](), name)

    assert (URL.encode() in data) is profile(name).native_qr
    assert b"0147/OSS" in data


def test_a_printer_without_a_cutter_feeds_to_the_tear_bar() -> None:
    assert decode(render([slip.Cut()], "58mm")).cuts == 0
    assert decode(render([slip.Cut()], "58mm")).lines[-1].feed_dots >= 120
    assert decode(render([slip.Cut()], "58mm", cutter=True)).cuts == 1
    assert decode(render([slip.Cut()], "80mm-48")).cuts == 1
    assert decode(render([slip.Cut()], "80mm-48", cutter=False)).cuts == 0


def test_a_printer_without_a_cutter_draws_where_to_tear() -> None:
    two = [slip.Text("satu"), slip.Cut(), slip.Text("dua"), slip.Cut()]

    def torn(printed: Paper) -> list[str]:
        return [line.text for line in printed.lines if line.text.startswith("- -")]

    assert len(torn(decode(render(two, "58mm")))) == 2
    assert torn(decode(render(two, "80mm-48"))) == []


@pytest.mark.parametrize(
    ("long", "lines"),
    [
        ("usaha-kripik-pisang-lumajang@contoh-usaha.co.id", ["usaha-kripik-pisang-lumajang@", "contoh-usaha.co.id"]),
        ("https://contoh.go.id/layanan/surat-pengantar", ["https://contoh.go.id/layanan/", "surat-pengantar"]),
    ],
)
def test_an_address_longer_than_the_line_is_broken_after_a_sign(long: str, lines: list[str]) -> None:
    printed = decode(render([slip.Text(long)], "58mm"))

    assert [line.text for line in printed.lines if line.text] == lines


def test_the_buzzer_sounds_only_when_it_is_asked_for() -> None:
    assert b"\x1bB" not in render(SLIPS["number"]())
    assert b"\x1bB" in render(SLIPS["number"](), buzzer=True)


def test_a_logo_is_made_once_and_shrunk_to_the_paper() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (1000, 400), (0, 0, 0, 255)).save(file, "PNG")

    logo = logo_raster(file.getvalue(), 384)
    shown = decode(render(number(), "58mm", logo=logo))

    pictures = [line.picture for line in shown.lines if line.picture]
    assert pictures[0].size == (384, 154)
    assert pictures[0].getpixel((5, 5)) == 0


def test_a_file_that_is_no_picture_is_no_logo() -> None:
    with pytest.raises(Invalid, match="logo"):
        logo_raster(b"GIF89a?", 384)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("satu dua tiga", 8, ["satu dua", "tiga"]),
        ("satu", 2, ["sa", "tu"]),
        ("", 8, [""]),
        ("a  b", 8, ["a b"]),
        ("usaha-kripik-pisang-lumajang@contoh.co.id", 20, ["usaha-kripik-pisang-", "lumajang@contoh.co.", "id"]),
        ("Surel: usaha.kripik@contoh.co.id ya", 20, ["Surel:", "usaha.kripik@contoh.", "co.id ya"]),
        ("8 Mei pukul\N{NO-BREAK SPACE}08.15", 12, ["8 Mei", "pukul 08.15"]),
    ],
)
def test_lines_break_at_words(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_centred_lines_are_of_like_length() -> None:
    assert wrap("Pindai untuk memantau antrean dari ponsel", 36, balanced=True) == [
        "Pindai untuk memantau",
        "antrean dari ponsel",
    ]


def test_a_pair_keeps_its_value_at_the_right_edge() -> None:
    printed = decode(render([slip.Pair(OSS, "31"), slip.Pair("Diterima", "x" * 30)], "58mm"))

    assert printed.lines[1].text.endswith("31")
    assert {len(line.text) for line in printed.lines[1:]} <= {32, len("Diterima")}


def test_loading_the_printer_library_leaves_the_log_and_the_temporary_files_alone(tmp_path: Path) -> None:
    code = "import logging, shared.printing.bytes; print(logging.getLogger().handlers)"

    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


# papers of real offices


def test_a_copy_on_paper_says_salinan() -> None:
    printed = decode(render(slip.as_copy(number(), "kertas habis", ID), "58mm"))

    assert [line.text for line in printed.lines if line.inverse and line.text] == [" SALINAN ", " SALINAN "]


def test_the_letterhead_of_a_real_office_fits_the_narrow_paper() -> None:
    printed = decode(render(SLIPS["number"](), "58mm"))

    assert "KECAMATAN LUMAJANG" in printed.text
