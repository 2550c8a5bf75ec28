"""Setup: the printers; how each is reached, its paper, and what it answers."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from counter.setup.page import change, edit, setup_page
from shared.engine import setup as engine
from shared.printing.connections import Answers
from shared.printing.profiles import PAPERS, names
from shared.web.screen import setup

KINDS = ("virtual", "network", "usb", "serial", "file", "cups", "epson", "star")


@setup_page("/printers")
def printers() -> ResponseReturnValue:
    return edit(
        "printers",
        "printers",
        engine.PrintersForm,
        lambda: engine.printers_form(setup()),
        lambda wanted: change(engine.change_printers, wanted),
        kinds=KINDS,
        papers=list(PAPERS),
        models=[name for name in names() if name not in PAPERS],
        answers=[each.value for each in Answers],
    )
