"""Sheets as PDF: whatever people are called, the sheet is made."""

from __future__ import annotations

import pytest

from counter.recaps import SHEET
from shared.web import sheet

ACCESSIBLE = b"pdfuaid"


def recap(name: str) -> dict[str, object]:
    file = {
        "register": "1/2026", "service": name, "name": name, "nib": "-", "accepted": "x", "completed": "y",
        "hours": "1,0",
    }  # fmt: skip
    return {
        "letterhead": [name], "office": f"Kecamatan {name}", "contact": [name], "number": f"1/{name}", "on": "hari ini",
        "from": "a", "until": "b", "outages": 0, "outage_min": 0, "made_by": name, "files": [file],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["René Sukarnó", "Siti \N{CHERRY BLOSSOM}", "ꦱꦶꦠꦶ ꦩꦼꦒꦮꦠꦶ", "Дмитрий Ωμέγα"])
def test_the_fonts_that_come_with_the_program_write_these_names(name: str) -> None:
    made = sheet.pdf(SHEET, recap(name))

    assert made.startswith(b"%PDF")
    assert ACCESSIBLE in made


@pytest.mark.parametrize(
    "name",
    [
        "李小龙",
        "ᬲᬶᬢᬶ",
        "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}\N{VARIATION SELECTOR-16}",
        "a\x07\x1b\x7f\N{RIGHT-TO-LEFT OVERRIDE}b",
        "\u0378\ue000\ufdd0\U000e0001\U0010ffff",
        "#emph[*_`$\\\"'//",
        "x" * 3000,
        "",
    ],
)
def test_a_sheet_never_fails_because_of_a_name(name: str) -> None:
    assert sheet.pdf(SHEET, recap(name)).startswith(b"%PDF")
