"""Sheets as PDF: whatever people are called, the sheet is made."""

from __future__ import annotations

import pytest

from counter.files.recaps import SHEET
from counter.register.sheet import TEMPLATE
from shared.web.documents import sheet

ACCESSIBLE = b"pdfuaid"


def cells(name: str, count: int) -> list[dict[str, object]]:
    return [{"struck": [name], "now": name}] * count


def common(name: str) -> dict[str, object]:
    block = {"heading": [name], "name": name, "below": [name]}
    return {
        "letterhead": [name], "office": f"Kecamatan {name}", "contact": [name], "is_practice": True, "place": name,
        "on": "hari ini", "approver": block, "reporter": block, "arms": [],
    }  # fmt: skip


def recap(name: str) -> dict[str, object]:
    return {
        **common(name), "number": f"1/{name}", "recap_on": "hari ini", "from": "a", "until": "b", "outages": 0,
        "outage_min": 0, "services": [[name, "1"]], "files": [cells(name, 8)],
    }  # fmt: skip


def register(name: str) -> dict[str, object]:
    return {
        **common(name), "title": f"Register {name}", "about": [name], "paper": "a3", "size": 8, "columns": [name] * 3,
        "weights": [1, 2, 1], "rows": [cells(name, 3)], "notes": [name],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["René Sukarnó", "Siti \N{CHERRY BLOSSOM}", "ꦱꦶꦠꦶ ꦩꦼꦒꦮꦠꦶ", "Дмитрий Ωμέγα"])
def test_the_fonts_that_come_with_the_program_write_these_names(name: str) -> None:
    for template, facts in ((SHEET, recap(name)), (TEMPLATE, register(name))):
        made = sheet.pdf(template, facts)

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
    assert sheet.pdf(TEMPLATE, register(name)).startswith(b"%PDF")
