"""The folder of evidence of one year for PEKPPP and Ombudsman: a ZIP with an index, and each part as page and table."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flask import current_app, render_template

from shared.domain.identity import without_nik
from shared.domain.office import OfficeConfig
from shared.engine.reports import evidence
from shared.engine.reports.evidence import Cell, Evidence, EvidenceAsked
from shared.loop import off_the_loop
from shared.store.office import Store
from shared.web.documents.spreadsheet import as_csv
from shared.web.long_work import Progress
from shared.words import words

ASPECTS = {
    "standards": "kebijakan",
    "components": "kebijakan",
    "pledge": "kebijakan",
    "hours": "kebijakan",
    "surveys": "kebijakan",
    "survey_actions": "kebijakan",
    "complaints": "konsultasi",
    "complaint_kinds": "konsultasi",
    "priority": "sarana",
    "day_checks": "profesionalisme",
    "outages": "sistem",
}
"""Part -> the aspect of PEKPPP (PermenPANRB 29/2022) that it is evidence for; words: `evidence.aspect.<key>`."""


STYLE = Path(__file__).parents[1] / "static/evidence.css"


def make(store: Store, office: OfficeConfig, year: int, at: datetime, progress: Progress, file: Path) -> None:
    """Writes the folder; each part is read, then written, then others may run."""
    said = words()
    asked = EvidenceAsked(office, year, at, said)
    total = len(evidence.PARTS) + 1
    listed: list[Sequence[Cell]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for place, part in enumerate(evidence.PARTS, 1):
            progress(place - 1, total)
            with store.read() as connection:
                found = part(connection, asked)
            for name, content in _files(found, place, asked):
                off_the_loop(folder.writestr, name, content)
                digest = hashlib.sha256(content).hexdigest()
                aspect = said(f"evidence.aspect.{ASPECTS[found.key]}")
                listed.append((name, said(f"evidence.{found.key}"), aspect, len(found.rows), digest))
        progress(total - 1, total)
        index = Evidence("index", ("file", "part", "aspect", "rows", "sha256"), listed)
        folder.writestr("index.csv", _csv(index, asked))
        folder.writestr("index.html", _page(index, asked, links=True))
        folder.write(STYLE, "style.css")
    progress(total, total)


def _files(found: Evidence, place: int, asked: EvidenceAsked) -> list[tuple[str, bytes]]:
    name = f"{place:02d}-{found.key.replace('_', '-')}"
    return [(f"{name}.html", _page(found, asked)), (f"{name}.csv", _csv(found, asked))]


def _page(found: Evidence, asked: EvidenceAsked, *, links: bool = False) -> bytes:
    said = asked.words
    return render_template(
        "evidence.html",
        office=asked.office,
        year=asked.year,
        version=current_app.config["VERSION"],
        made_at=asked.at(asked.now),
        title=said(f"evidence.{found.key}"),
        columns=[said(f"evidence.{column}") for column in found.columns],
        rows=[[_clean(cell) for cell in row] for row in found.rows],
        links=links,
        said=said,
    ).encode()


def _csv(found: Evidence, asked: EvidenceAsked) -> bytes:
    head = [asked.words(f"evidence.{column}") for column in found.columns]
    return as_csv([head, *([_clean(cell) for cell in row] for row in found.rows)])


def _clean(cell: Cell) -> str:
    """As text; a NIK that somebody wrote into a standard or an action goes black."""
    return "–" if cell is None else without_nik(str(cell))
