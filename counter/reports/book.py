"""A report as a workbook: its tables with their sums as formulas, and the visits and files that they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from shared.domain.office import OfficeConfig
from shared.domain.reports.files import FileFact
from shared.domain.reports.table import Cell, ColumnKind, ReportTable
from shared.domain.reports.visits import Visit, VisitEnd
from shared.engine.reports.more import Say
from shared.engine.reports.tables import VISIT_COUNTS
from shared.late import late
from shared.web.documents import spreadsheet

if TYPE_CHECKING:
    from xlsxwriter import Workbook, utility
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet
else:
    utility = late("xlsxwriter.utility")

NUMBERS: Mapping[ColumnKind, tuple[str, float]] = {
    ColumnKind.COUNT: ("#,##0", 1),
    ColumnKind.MINUTES: ("0.0", 60),
    ColumnKind.HOURS: ("0.0", 3600),
    ColumnKind.SHARE: ("0%", 1),
    ColumnKind.CHANGE: ("+0%;-0%;0%", 1),
    ColumnKind.RUPIAH: ("#,##0", 1),
}
"""How a spreadsheet shows the cells of a kind, and by what they are divided before."""

_FLAGS = ("called", *(end.value for end in VisitEnd), "priority", "walk_in", "late")
"""Columns of the sheet of visits that hold 1 or 0."""
_VISIT_COLUMNS = ("taken_on", "service", "hour", *_FLAGS, "wait_s", "service_s")


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a workbook holds: `title` and `about` stand above each table, visits and files have sheets of their own."""

    title: str
    about: str
    tables: Sequence[ReportTable]
    visits: Sequence[Visit] = ()
    files: Sequence[FileFact] = ()


def book(facts: BookFacts, office: OfficeConfig, say: Say) -> bytes:
    """The workbook; text is never taken for a formula."""
    content = BytesIO()
    with spreadsheet.workbook(content, facts.title, office.name) as workbook:
        writer = _Writer(workbook, office, say, len(facts.visits))
        for table in facts.tables:
            writer.table(table, facts)
        if facts.visits:
            writer.visits(facts.visits)
        if facts.files:
            writer.files(facts.files)
    return content.getvalue()


class _Writer:
    def __init__(self, workbook: Workbook, office: OfficeConfig, say: Say, visits: int) -> None:
        self._workbook, self._office, self._say, self._visits = workbook, office, say, visits
        self._formats: dict[tuple[str, bool], Format] = {}
        self._names: set[str] = set()

    def table(self, table: ReportTable, facts: BookFacts) -> None:
        sheet = self._sheet(table.title)
        sheet.write_string(0, 0, facts.title, self._format("", True))
        sheet.write_string(1, 0, facts.about)
        sheet.write_string(2, 0, table.title, self._format("", True))
        head, first = 4, 5
        for place, column in enumerate(table.columns):
            sheet.write_string(head, place, column.title, self._format("", True))
        for line, row in enumerate(table.rows):
            for place, cell in enumerate(row):
                formula = self._counted(table, line, place)
                self._cell(sheet, first + line, place, cell, table.kind(line, place), formula)
        if table.total is not None:
            last = first + len(table.rows)
            for place, cell in enumerate(table.total):
                sums = table.columns[place].is_summed and table.rows
                span = f"{utility.xl_rowcol_to_cell(first, place)}:{utility.xl_rowcol_to_cell(last - 1, place)}"
                formula = f"=SUM({span})" if sums else self._spread(table, place)
                self._cell(sheet, last, place, cell, table.kind(-1, place), formula, is_bold=True)
        if table.note:
            sheet.write_string(first + len(table.rows) + 2, 0, table.note)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, max(1, len(table.columns) - 1), 13)
        sheet.freeze_panes(first, 1)

    def visits(self, visits: Sequence[Visit]) -> None:
        """One row for each visit: no number, no person."""
        sheet = self._sheet(self._say("report.visits"), exactly=True)
        for place, name in enumerate(_VISIT_COLUMNS):
            sheet.write_string(0, place, self._say(f"report.{name}"), self._format("", True))
        day, names = self._format("dd-mm-yyyy", False), self._service_names()
        for line, visit in enumerate(visits, start=1):
            at = visit.taken_at.astimezone(self._office.zone)
            sheet.write_datetime(line, 0, datetime(at.year, at.month, at.day), day)
            sheet.write_string(line, 1, names[visit.service_id])
            sheet.write_number(line, 2, at.hour)
            ends = [visit.outcome == end for end in VisitEnd]
            flags = [visit.is_called, *ends, visit.is_priority, visit.is_walk_in, visit.is_late]
            for place, flag in enumerate(flags, start=3):
                sheet.write_number(line, place, int(flag))
            for place, seconds in enumerate((visit.wait_s, visit.service_s), start=3 + len(flags)):
                if seconds is not None:
                    sheet.write_number(line, place, seconds)
        sheet.set_column(0, 1, 16)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(visits), len(_VISIT_COLUMNS) - 1)

    def files(self, files: Sequence[FileFact]) -> None:
        """One row for each file that the period touched: no name, no NIK."""
        sheet = self._sheet(self._say("report.files"), exactly=True)
        columns = ("service", "received_on", "accepted_on", "due_on", "finished_on")
        for place, name in enumerate(columns):
            sheet.write_string(0, place, self._say(f"report.{name}"), self._format("", True))
        moment, names = self._format("dd-mm-yyyy hh\\.mm", False), self._service_names()
        for line, file in enumerate(files, start=1):
            sheet.write_string(line, 0, names[file.service_id])
            for place, at in enumerate((file.received_at, file.accepted_at, file.due_at, file.completed_at), start=1):
                if at is not None:
                    sheet.write_datetime(line, place, at.astimezone(self._office.zone).replace(tzinfo=None), moment)
        sheet.set_column(0, len(columns) - 1, 18)
        sheet.freeze_panes(1, 0)

    # --- one cell ---

    def _cell(
        self,
        sheet: Worksheet,
        line: int,
        place: int,
        cell: Cell,
        kind: ColumnKind,
        formula: str | None = None,
        *,
        is_bold: bool = False,
    ) -> None:
        if cell is None:
            sheet.write_blank(line, place, None)
            return
        if isinstance(cell, str):
            sheet.write_string(line, place, cell, self._format("", is_bold))
            return
        shown, divisor = NUMBERS[kind]
        value = cell / divisor if divisor != 1 else cell
        if formula:
            sheet.write_formula(line, place, formula, self._format(shown, is_bold), value)
        else:
            sheet.write_number(line, place, value, self._format(shown, is_bold))

    def _counted(self, table: ReportTable, line: int, place: int) -> str | None:
        """A count that the sheet of visits can answer: of one service, or in the summary of all."""
        if not self._visits or (place != 1 and table.key == "summary"):
            return None
        if table.key == "summary":
            return self._of_all(line)
        if table.key != "services" or not 1 <= place <= len(VISIT_COUNTS) or not self._has_unique_names():
            return None
        name, services = f"$A{6 + line}", self._column("service")
        if VISIT_COUNTS[place - 1] == "taken":
            return f"=COUNTIF({services},{name})"
        return f"=COUNTIFS({services},{name},{self._column(VISIT_COUNTS[place - 1])},1)"

    def _of_all(self, line: int) -> str | None:
        names = ("taken", "called", "served", "missed", "cancelled", "expired", "priority", "walk_in")
        if line >= len(names):
            return None
        return f"=COUNTA({self._column('service')})" if line == 0 else f"=SUM({self._column(names[line])})"

    def _spread(self, table: ReportTable, place: int) -> str | None:
        """Median and 90th percentile of all visits, in minutes, from the sheet of visits."""
        if table.key != "services" or not self._visits or place <= len(VISIT_COUNTS):
            return None
        spread = place - len(VISIT_COUNTS) - 1
        column = self._column("wait_s" if spread < 2 else "service_s")
        if spread % 2 == 0:
            return f"=MEDIAN({column})/60"
        return f"=SMALL({column},ROUNDUP(COUNT({column})*9/10,0))/60"

    def _column(self, name: str) -> str:
        letter = utility.xl_col_to_name(_VISIT_COLUMNS.index(name), True)
        return f"'{self._say('report.visits')}'!{letter}$2:{letter}${self._visits + 1}"

    # --- sheets, names, formats ---

    def _sheet(self, title: str, *, exactly: bool = False) -> Worksheet:
        """A spreadsheet allows 31 characters in a name, each name once, and some not at all."""
        name = title if exactly else "".join(each for each in title if each not in "[]:*?/\\'")[:28]
        while name.casefold() in self._names:
            name += "_"
        self._names.add(name.casefold())
        return self._workbook.add_worksheet(name)

    def _service_names(self) -> dict[int, str]:
        return {each.id: each.standard.short_name for each in self._office.services}

    def _has_unique_names(self) -> bool:
        names = list(self._service_names().values())
        return len(names) == len({name.casefold() for name in names}) and not any(set("*?~<>=") & set(n) for n in names)

    def _format(self, number: str, is_bold: bool) -> Format:
        key = number, is_bold
        if key not in self._formats:
            made = {"bold": is_bold, **({"num_format": number} if number else {})}
            self._formats[key] = self._workbook.add_format(made)
        return self._formats[key]
