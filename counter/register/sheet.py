"""The register as a file: CSV, XLSX and PDF with the same rows, columns, amendments and marks as the screen."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.files.register import C, Cell, RegisterColumn, RegisterRow, Words, moment
from shared.domain.files.register_month import LaterChange
from shared.web.documents import sheet, spreadsheet
from shared.words import words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TEMPLATE = Path(__file__).parents[1] / "templates/counter/register.typ"
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": spreadsheet.XLSX,
    "pdf": "application/pdf",
}
WIDE = {C.APPLICANT: 1.5, C.COMPLETENESS: 1.6, C.SERVICE: 1.2, C.SIGNER: 1.5, C.LETTER_NUMBER: 1.3, C.VALIDATION: 1.3,
        C.RECEIVER: 1.3, C.PRODUCT: 1.2, C.REMARKS: 1.2, C.QUEUE_NUMBER: 0.8, C.REGISTER: 0.8}  # fmt: skip
"""How wide a column is beside one of dates."""
MOST_ON_A4 = 12
"""Columns that can be read on A4; with more it is A3, which every printer can make smaller."""
_TIMES = {C.RECEIVED: "registered_at", C.FINISHED: "finished_at", C.HANDED_OVER: "handed_over_at"}


as_read = words().written
"""Days and moments on paper stand as on the screen; in cells that are sorted and counted as in a sheet."""


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as it is shown: its cells, and what became of it since its month was closed."""

    row: RegisterRow
    cells: Mapping[RegisterColumn, Cell]
    later: LaterChange


@dataclass(frozen=True, slots=True)
class RegisterSheet:
    """What is written; all words are Indonesian, as in every register. `about`: lines below the title."""

    title: str
    about: Sequence[str]
    columns: Sequence[RegisterColumn]
    titles: Mapping[RegisterColumn, str]
    rows: Sequence[RowView]
    zone: tzinfo
    words: Words
    villages: Mapping[str, str]
    paper: Mapping[str, object]
    """Letterhead and signatures: see `paper_facts`."""

    def notes(self, each: RowView) -> list[str]:
        """The amendments of a row, and what became of it after its month was closed."""
        found = []
        for one in each.row.amendments:
            was, becomes = (self.villages.get(text, text) or "–" for text in (one.was, one.becomes))
            known = {"column": self.titles[one.column], "was": was, "becomes": becomes, "officer": one.officer}
            at, reason = moment(one.at, self.zone), one.reason or "–"
            found.append(self.words("register.note", register=each.row.register, at=at, reason=reason, **known))
        return found + self._later(each)

    def _later(self, each: RowView) -> list[str]:
        def line(key: str, columns: Sequence[RegisterColumn]) -> str:
            names = ", ".join(self.titles[column] for column in columns)
            return self.words(f"register.later.{key}", register=each.row.register, columns=names)

        found = [line("new", ())] if each.later.is_new else []
        found += [line("changed", each.later.changed)] if each.later.changed else []
        return found + ([line("filled", each.later.filled)] if each.later.filled else [])


def content(kind: str, made: RegisterSheet) -> bytes:
    """The file of that kind, one of MEDIA_TYPES."""
    return {"csv": as_csv, "xlsx": as_xlsx, "pdf": as_pdf}[kind](made)


def as_csv(made: RegisterSheet) -> bytes:
    """The rows as they are now, and what was changed in a last column."""
    head = [*(made.titles[each] for each in made.columns), made.words("register.changes")]
    rows = ([*(each.cells[column].now for column in made.columns), " | ".join(made.notes(each))] for each in made.rows)
    return spreadsheet.as_csv([head, *rows])


def as_xlsx(made: RegisterSheet) -> bytes:
    """Old values struck through in their cells; the amendments also on a sheet of their own."""
    kept = io.BytesIO()
    with spreadsheet.workbook(kept, made.title, str(made.paper["office"])) as book:
        _Book(book, made).write()
    return kept.getvalue()


class _Book:
    def __init__(self, book: Workbook, made: RegisterSheet) -> None:
        self.book, self.made = book, made
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.time = book.add_format({"num_format": "dd-mm-yyyy hh\\.mm", "valign": "top", "align": "left"})
        self.struck = book.add_format({"font_strikeout": True})

    def write(self) -> None:
        made, page = self.made, self.book.add_worksheet(self.made.words("register.sheet"))
        title = self.book.add_format({"bold": True, "font_size": 14})
        for line, text in enumerate((str(made.paper["office"]), made.title, *made.about)):
            page.write_string(line, 0, text, title if line < 2 else None)
        head = 3 + len(made.about)
        for place, column in enumerate(made.columns):
            page.write_string(head, place, made.titles[column], self.bold)
            page.set_column(place, place, 16 * WIDE.get(column, 1.0))
        for line, each in enumerate(made.rows, start=head + 1):
            for place, column in enumerate(made.columns):
                self._cell(page, line, place, each, column)
        last = head + len(made.rows)
        page.autofilter(head, 0, max(last, head + 1), len(made.columns) - 1)
        page.freeze_panes(head + 1, 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(head)
        if made.rows:
            page.write_string(last + 2, 0, made.words("register.count"), self.bold)
            page.write_formula(last + 2, 1, f"=COUNTA(A{head + 2}:A{last + 1})", self.bold, len(made.rows))
        self._changes()

    def _cell(self, page: Worksheet, line: int, place: int, each: RowView, column: RegisterColumn) -> None:
        cell = each.cells[column]
        at = getattr(each.row, _TIMES[column]) if column in _TIMES and not cell.struck else None
        if isinstance(at, datetime):
            page.write_datetime(
                line, place, at.astimezone(self.made.zone).replace(tzinfo=None, microsecond=0), self.time
            )
        elif not cell.struck:
            page.write_string(line, place, cell.now, self.text)
        else:
            parts: list[str | Format] = []
            for old in cell.struck:
                parts += [self.struck, old, " "]
            page.write_rich_string(line, place, *parts, cell.now or "–", self.text)

    def _changes(self) -> None:
        notes = [note for each in self.made.rows for note in self.made.notes(each)]
        if notes:
            page = self.book.add_worksheet(self.made.words("register.changes")[:31])
            page.set_column(0, 0, 140)
            for line, note in enumerate(notes):
                page.write_string(line, 0, note, self.text)


def as_pdf(made: RegisterSheet) -> bytes:
    """On A4 or A3 across, with letterhead and signatures."""
    is_small = len(made.columns) <= MOST_ON_A4
    facts = {
        **made.paper,
        "title": made.title,
        "about": [as_read(line) for line in made.about],
        "paper": "a4" if is_small else "a3",
        "size": 8 if is_small else 8.5,
        "columns": [made.titles[each] for each in made.columns],
        "weights": [WIDE.get(each, 1.0) for each in made.columns],
        "rows": [[_struck(each, column) for column in made.columns] for each in made.rows],
        "notes": [as_read(note) for each in made.rows for note in made.notes(each)],
    }
    return sheet.pdf(TEMPLATE, facts)


def _struck(each: RowView, column: RegisterColumn) -> dict[str, object]:
    cell = each.cells[column]
    mark = " †" if column == C.REGISTER and (each.later.is_new or each.later.changed) else ""
    return {"struck": [as_read(old) for old in cell.struck], "now": as_read(cell.now) + mark}
