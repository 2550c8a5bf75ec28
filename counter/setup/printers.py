"""Setup: the printers; how each is reached, its paper, and what it answers."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, setup_page
from shared.domain.errors import Unknown
from shared.engine import paper, setup_printers
from shared.printing.address import PRINTER_KINDS
from shared.printing.delivery import Answers
from shared.printing.profiles import PAPERS, names
from shared.printing.wires.device import usb_printers
from shared.store import reads
from shared.web.auth import now, store
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.urls import paper_url


@setup_page("/printers")
@described(takes=setup_printers.PrintersForm)
def printers() -> ResponseReturnValue:
    return edit(
        "printers",
        "printers",
        setup_printers.PrintersForm,
        lambda: setup_printers.printers_form(office_config()),
        lambda wanted: change(setup_printers.change_printers, wanted),
        kinds=list(PRINTER_KINDS),
        papers=list(PAPERS),
        models=[name for name in names() if name not in PAPERS],
        answers=[each.value for each in Answers],
        of_agents=[printer.id for printer in office_config().printers if printer.device_id is not None],
        plugged_in=[str(known) for known, _ in usb_printers()],
    )


@setup_page("/printers/<name>/test", methods=["POST"])
def test_page(name: str) -> ResponseReturnValue:
    """Queues a test page; what becomes of it stands on the page of the paper."""
    printer = next((each for each in office_config().printers if each.slug == name), None)
    if printer is None:
        raise Unknown("printer")
    with store().read() as connection:
        status = reads.printer_statuses(connection, g.office_id)[name]
    facts = (("Keadaan", gettext(f"printer.{status}")),)
    change(setup_printers.print_test, name, paper.test_page(office_config(), printer, facts, now(), paper_url("/")))
    return redirect(url_for("paper.page", printer=name), 303)
