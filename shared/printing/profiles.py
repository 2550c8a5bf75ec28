"""What a printer can do: width, QR, cutter, letters; a few papers by their width, and the models of python-escpos."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from shared.domain.errors import Invalid


@lru_cache
def escpos() -> tuple[ModuleType, Any]:
    """The capabilities and the Dummy of python-escpos, without its two marks on the process.

    Loaded with the first slip: reading its table of printers takes as long as the rest of a start together.

    Its import calls `logging.basicConfig()`, which does nothing while the root logger has a handler, and leaves
    an empty folder in the temporary files at each start.
    """
    root, stand_in = logging.getLogger(), logging.NullHandler()
    root.addHandler(stand_in)
    try:
        from escpos import capabilities
        from escpos.printer import Dummy
    finally:
        root.removeHandler(stand_in)
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return capabilities, Dummy


@dataclass(frozen=True, slots=True)
class Profile:
    """A printer as the layout sees it. `columns` of font A (12 x 24 dots), `width_dots` that can be printed on.

    `fine_columns`: of font B (9 x 17 dots), 0 where there is none.

    `takes_pictures`: raster (GS v 0), which printers with needles do not know. `is_epson`: smooths large letters and
    knows the way to its cutter. `leaves_kanji`: must be told to leave Chinese.
    """

    name: str
    model: str
    columns: int
    width_dots: int
    fine_columns: int
    native_qr: bool
    cutter: bool
    takes_pictures: bool
    is_epson: bool
    leaves_kanji: bool
    code_page: str | None


PAPERS = {
    "58mm": ("POS-5890", 32, 384),
    "58mm-qr": ("Sunmi-V2", 32, 384),
    "80mm-42": ("TM-T88III", 42, 504),
    "80mm-48": ("TM-T20II", 48, 576),
}
"""name: (model of python-escpos, columns, dots). "58mm" is the cheapest kind: no QR of its own, no cutter."""

DEFAULT = "80mm-48"

PREFERRED_PAGES = ("CP850", "CP858", "CP437", "CP1252")
"""Western letters stand at the same places in the first three, so that a clone that ignores the page still prints é."""

_CHINESE_FIRST = ("Netum", "Rongta", "Sunmi", "ZiJiang", "Zjiang")
"""Makers whose printers start in Chinese mode, where two letters above 127 become one Chinese sign."""

_NARROWEST = 32
"""Columns; the few models with less are customer displays or mistakes of the table."""


@lru_cache
def profile(name: str = DEFAULT) -> Profile:
    """The profile of this paper or model; raises `Invalid("printer_profile")` for a name that nobody knows."""
    model, columns, width_dots = PAPERS.get(name, (name, 0, 0))
    if model not in escpos()[0].CAPABILITIES["profiles"]:
        raise Invalid("printer_profile", fields=["profile"], profile=name)
    known = escpos()[0].get_profile(model)
    columns = columns or max(int(known.get_columns("a")), _NARROWEST)
    width_dots = width_dots or columns * 12
    return Profile(
        name=name,
        model=model,
        columns=columns,
        width_dots=width_dots,
        fine_columns=min(width_dots // 9, int(known.get_columns("b"))) if "1" in known.fonts else 0,
        native_qr=bool(known.supports("qrCode")),
        cutter=bool(known.supports("paperFullCut") or known.supports("paperPartCut")),
        takes_pictures=bool(known.supports("bitImageRaster")),
        is_epson=model.startswith("TM-T"),
        leaves_kanji=known.profile_data["vendor"] in _CHINESE_FIRST,
        code_page=next((page for page in PREFERRED_PAGES if page in known.get_code_pages()), None),
    )


def names() -> list[str]:
    """Every profile that a printer can be given, our own papers first."""
    return [*PAPERS, *sorted(escpos()[0].CAPABILITIES["profiles"])]
