"""The bench runs from end to end and prints lines that a program can read; how fast anything is, is not looked at.

Two of its measurements stand for all: the others take minutes, and a busy machine ends them early.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import speed

from shared.bench.figure import Figure

FIELDS = ["measure", "value", "unit", "yardstick", "ratio", "target", "met"]
FIGURES = {
    "takes": ["takes_1", "takes_8", "takes_32"],
    "start": ["start", "memory"],
    "reports": [f"report_{what}_of_{size}" for size in (20, 200, 2000) for what in ("month", "today")],
}


def bench(data: Path, *words: str) -> list[dict[str, Any]]:
    program = [sys.executable, "-c", "from shared.web.cli import main; main()", "bench", *words]
    environment = {**os.environ, "LOKET_DATA": str(data)}
    said = subprocess.run(program, env=environment, check=True, stdout=subprocess.PIPE, timeout=600).stdout
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.parametrize("name", FIGURES)
def test_a_measurement_prints_its_figures_as_json_lines(tmp_path: Path, name: str) -> None:
    lines = bench(tmp_path, name, "--quick")

    assert [line["measure"] for line in lines] == FIGURES[name]
    for line in lines:
        assert [field for field in line if field != "note"] == FIELDS
        assert line["value"] is None or line["value"] > 0
        assert line["met"] is None or isinstance(line["met"], bool)
    assert list(tmp_path.iterdir()) == []


def test_the_estimate_is_compared_with_the_usual_ways_to_guess(tmp_path: Path) -> None:
    lines = bench(tmp_path, "estimate", "--quick")

    assert lines[0]["measure"] == "estimate_error"
    assert lines[0]["ratio"] < 1
    assert len(lines) == 4


def test_the_readmes_table_and_picture_hold_every_figure() -> None:
    figures = [
        Figure("growth_sqlite_take_1000000", 3.2, "ms", 3.1, 1.03, "ratio <= 1.1", True).line(),
        Figure("fanout_1000", 40.0, "CPU us per screen", 20.0, 2.0, "ratio <= 1.5", False).line(),
        Figure("takes_8_postgresql_2", 310.0, "1/s", note="2 processes").line(),
    ]

    table = speed.section({"machine": speed.machine(), "figures": figures})
    picture = ElementTree.fromstring(speed.drawing(figures))

    assert "| one take after 1,000,000 old numbers on sqlite, next to 1,000 | 3.2 ms | 3.1 ms | 1.03 |" in table
    assert "ratio <= 1.5 **no**" in table
    assert "| takes a second on PostgreSQL, 8 at once, 2 process(es) | 310 1/s |  |  |  |" in table
    assert len(picture.findall("{*}rect")) == 1 + 2
