"""The page of what was tried against the program names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_each_line_of_the_security_page_has_tests_that_exist() -> None:
    lines = [line for line in (HERE.parent / "SECURITY.md").read_text().splitlines() if line.startswith("| ")][2:]
    known = {
        name
        for path in HERE.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    named = {line: re.findall(r"`(test_\w+)`", line) for line in lines}

    assert [line for line, tests in named.items() if not tests or not set(tests) <= known] == []
