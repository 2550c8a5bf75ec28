"""Setup: the printers; found or typed, tried beside the form, how each is reached, its paper, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, page, plain, refused, setup_page, unchanged
from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig, PrinterConfig
from shared.domain.slips.print_job import UNSENT
from shared.engine.paper import slips as paper
from shared.engine.setup import printers as setup_printers
from shared.printing.address import PRINTER_KINDS
from shared.printing.advice import advice
from shared.printing.delivery import Answers
from shared.printing.finding import Found, find
from shared.printing.profiles import PAPERS, names
from shared.store import reads
from shared.web.access.auth import now, store
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.web.server.machine import own_addresses
from shared.web.urls import paper_url


@dataclass(frozen=True, slots=True)
class TriedPrinter:
    """A printer and its newest test page: `job_id` None when it was never tried."""

    slug: str
    status: str
    job_id: int | None = None
    state: str = ""
    fault: str | None = None
    hint: str = ""
    """The way out of the fault: a key of the catalogues."""

    @property
    def is_waiting(self) -> bool:
        return self.state in UNSENT


@setup_page("/printers")
@described(takes=setup_printers.PrintersForm)
def printers() -> ResponseReturnValue:
    return edit(
        "printers",
        "printers",
        setup_printers.PrintersForm,
        _present,
        lambda wanted: change(setup_printers.change_printers, wanted),
        **_facts(),
    )


@setup_page("/printers/find", methods=["POST"])
@limiter.limit("10/minute")
def find_printers() -> ResponseReturnValue:
    """Looks at the USB ports and in the office's own network, because somebody asked; keeps nothing."""
    known = {(printer.kind, printer.address) for printer in office_config().printers}
    return _page(find(own_addresses(), known))


@setup_page("/printers/use", methods=["POST"])
@described(takes=setup_printers.FoundForm)
def use_printer() -> ResponseReturnValue:
    """Takes a printer that was found, and prints a test page on it."""
    try:
        name = change(setup_printers.use_found, read(setup_printers.FoundForm))
    except Invalid as error:
        return page("printers", "printers", refused(error, plain(_present())), error.status, **_facts())
    return _try(store().office_config(g.office_id), name)


@setup_page("/printers/<name>/test", methods=["POST"])
def test_page(name: str) -> ResponseReturnValue:
    """Queues a test page; what becomes of it stands beside the form."""
    return _try(office_config(), name)


def _try(office: OfficeConfig, name: str) -> ResponseReturnValue:
    printer = next((each for each in office.printers if each.slug == name), None)
    if printer is None:
        raise Unknown("printer")
    with store().read() as connection:
        status = reads.printer_statuses(connection, g.office_id)[name]
    facts = (("Keadaan", gettext(f"printer.{status}")),)
    change(setup_printers.print_test, name, paper.test_page(office, printer, facts, now(), paper_url("/")))
    return redirect(url_for("setup.printers", _anchor="tried"), 303)


def _page(found: Sequence[Found]) -> ResponseReturnValue:
    return page("printers", "printers", unchanged(plain(_present())), 200, **{**_facts(), "found": found})


def _present() -> setup_printers.PrintersForm:
    return setup_printers.printers_form(office_config())


def _facts() -> dict[str, object]:
    return {
        "kinds": list(PRINTER_KINDS),
        "papers": list(PAPERS),
        "models": [name for name in names() if name not in PAPERS],
        "answers": [each.value for each in Answers],
        "of_agents": [printer.id for printer in office_config().printers if printer.device_id is not None],
        "tried": _tried(),
        "found": None,
    }


def _tried() -> list[TriedPrinter]:
    with store().read() as connection:
        statuses = reads.printer_statuses(connection, g.office_id)
        newest = {one.id: reads.newest_test(connection, g.office_id, one.id) for one in office_config().printers}
    return [
        TriedPrinter(one.slug, statuses[one.slug], job.id, job.state, job.fault, _hint(one, job.fault))
        if (job := newest[one.id])
        else TriedPrinter(one.slug, statuses[one.slug])
        for one in office_config().printers
    ]


def _hint(printer: PrinterConfig, fault: str | None) -> str:
    way_out = f"printer_hint.{advice(fault or '', printer.kind, has_agent=printer.device_id is not None)}"
    return way_out if gettext(way_out) != way_out else "Look at the printer: paper, cover, cable."
