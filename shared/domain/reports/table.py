"""Tables of a report: what stands in each column, and how it is written for people. Page, PDF and XLSX share them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | None


class ColumnKind(StrEnum):
    TEXT = "text"
    COUNT = "count"
    MINUTES = "minutes"
    """Kept in seconds, written in minutes with one decimal."""
    HOURS = "hours"
    """Kept in seconds, written in hours with one decimal."""
    SHARE = "share"
    """Kept as a part of 1, written as whole per cent."""
    CHANGE = "change"
    """The same with its sign."""
    RUPIAH = "rupiah"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: ColumnKind = ColumnKind.COUNT
    is_summed: bool = False
    """Its total is the sum of its rows."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`kinds`: of the cells of each row, where rows differ from their columns; empty: those of the columns."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    kinds: tuple[ColumnKind, ...] = ()
    """One for each row: of all its cells but the first and those of kind CHANGE."""
    note: str = ""

    def kind(self, row: int, column: int) -> ColumnKind:
        """Of that cell; `row` -1 is the total."""
        own = self.columns[column].kind
        if row < 0 or not self.kinds or column == 0 or own == ColumnKind.CHANGE:
            return own
        return self.kinds[row]

    def written(self, decimal: str = ",") -> list[list[str]]:
        """Its rows as people read them, the total last."""
        rows = [
            [written(cell, self.kind(place, column), decimal) for column, cell in enumerate(row)]
            for place, row in enumerate(self.rows)
        ]
        if self.total is not None:
            rows.append([written(cell, self.kind(-1, column), decimal) for column, cell in enumerate(self.total)])
        return rows


NOTHING = "–"


def written(cell: Cell, kind: ColumnKind, decimal: str = ",") -> str:
    """A cell as people read it; what is not known is a dash."""
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cell
    match kind:
        case ColumnKind.MINUTES:
            return tenths(cell / 6, decimal)
        case ColumnKind.HOURS:
            return tenths(cell / 360, decimal)
        case ColumnKind.SHARE:
            return f"{whole(cell * 100)} %"
        case ColumnKind.CHANGE:
            per_cent = whole(cell * 100)
            return f"{'+' if per_cent > 0 else '−' if per_cent < 0 else ''}{abs(per_cent)} %"
        case ColumnKind.RUPIAH:
            return "Rp" + f"{whole(cell):,}".replace(",", "." if decimal == "," else ",")
        case _:
            return f"{cell:,}".replace(",", "." if decimal == "," else ",") if isinstance(cell, int) else str(cell)


def whole(number: float) -> int:
    """Rounded, halves away from zero: as people round, and as a spreadsheet does."""
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)


def tenths(of_tenths: float, decimal: str = ",") -> str:
    """So many tenths with one decimal: 35.2 is "3,5"."""
    rounded = whole(of_tenths)
    return f"{'−' if rounded < 0 else ''}{abs(rounded) // 10}{decimal}{abs(rounded) % 10}"
