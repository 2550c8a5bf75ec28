"""What office programs open: CSV as Indonesian spreadsheets expect it, and workbooks; no text can be a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.late import late

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = late("xlsxwriter")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORKBOOK = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
_FORMULA = re.compile(r"[\s\ufeff\u200b'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]")
"""What spreadsheets take for a formula, also behind blanks and in the wide signs of East Asia."""


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8, and `;` between the cells; each cell in one line."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def plain(text: str) -> str:
    """In one line, and no formula."""
    line = " ".join(text.split())
    return f"'{line}" if _FORMULA.match(line) else line


@contextmanager
def workbook(file: io.BytesIO, title: str, author: str) -> Iterator[xlsxwriter.Workbook]:
    """A workbook whose texts stay texts; it is in `file` when the block ends."""
    with xlsxwriter.Workbook(file, _WORKBOOK) as book:
        book.set_properties({"title": title, "author": author})
        yield book
