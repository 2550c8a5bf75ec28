"""Sheets of paper as PDF, from a Typst template and facts: to sign, to keep, accessible as far as there are fonts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import structlog

from shared.domain.bounds import on_paper
from shared.loop import off_the_loop

FONTS = Path(__file__).parents[1] / "static/vendor/fonts"
"""For Javanese script and picture signs; Typst brings Latin, Greek, Cyrillic and Arabic, the machine perhaps more."""

log = structlog.get_logger()


def pdf(template: Path, facts: Mapping[str, object]) -> bytes:
    """The sheet as PDF/UA-1.

    That standard refuses a letter for which no font has a glyph; people's names hold any letter, and a sheet must never
    fail because of one. Such a sheet is a plain PDF with an empty box for that letter.
    """
    return off_the_loop(_compiled, str(template), json.dumps(on_paper(facts)))


def _compiled(template: str, facts: str) -> bytes:
    import typst  # 84 MB that a start does not need

    try:
        return bytes(
            typst.compile(template, pdf_standards=["ua-1"], sys_inputs={"facts": facts}, font_paths=[str(FONTS)])
        )
    except typst.TypstError as refused:
        log.warning("sheet_without_a_glyph", why=str(refused))
        return bytes(typst.compile(template, sys_inputs={"facts": facts}, font_paths=[str(FONTS)]))
