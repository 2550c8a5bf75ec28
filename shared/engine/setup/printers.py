"""What an admin sets about printers: which there are, how each is reached, its paper, and who takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy import insert, select, update

from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig, PrinterConfig
from shared.domain.problem import Problem
from shared.domain.slips import slip
from shared.engine.paper.printer_state import choose_first, learned_anew
from shared.engine.paper.slips import print_lines
from shared.engine.setup.office import (
    Form,
    Id,
    Slug,
    change_settings,
    printable,
    raise_if_faults,
    record_setup_change,
    slug_of,
    twice,
)
from shared.printing.address import FETCHING, Kind, address, is_wired
from shared.printing.delivery import Answers
from shared.printing.profiles import names as profile_names
from shared.store.office import Transaction
from shared.store.tables import Device, Printer


class PrinterRow(Form):
    """One printer; `id` is None for a new one. `address`: see `printing.address`."""

    id: Id | None = None
    slug: Slug
    kind: Kind = Kind.VIRTUAL
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(printable)] = ""
    profile: str = "80mm-48"
    answers: Answers = Answers.NOT_LEARNED
    fallback: str | None = None
    """Name of the printer that takes over while this one cannot print."""
    roll_mm: int = Field(0, ge=0, le=200_000)
    """How long a new roll is; 0 is the usual one of this width."""


class PrintersForm(Form):
    printers: list[PrinterRow] = Field(default_factory=list)


def printers_form(office: OfficeConfig) -> PrintersForm:
    """The printers as they are now."""
    names = {printer.id: printer.slug for printer in office.printers}
    return PrintersForm.model_construct(printers=[_row(printer, names) for printer in office.printers])


def _row(printer: PrinterConfig, names: Mapping[int, str]) -> PrinterRow:
    return PrinterRow.model_construct(
        id=printer.id,
        slug=printer.slug,
        kind=Kind(printer.kind),
        address=printer.address,
        profile=printer.profile,
        answers=Answers(printer.answers),
        fallback=names.get(printer.fallback_id or 0),
        roll_mm=printer.roll_mm,
    )


def change_printers(tx: Transaction, wanted: PrintersForm) -> None:
    """The office's printers; one that is not named any more is retired, its jobs stay in the history.

    The printer of a print agent comes and goes with its agent: here it keeps its place, name, address and paper.
    """
    known = {printer.id: printer for printer in tx.office.printers}
    kept = {row.id for row in wanted.printers if row.id is not None}
    if not kept <= set(known):
        raise Unknown("printer")
    wanted = _as_kept(wanted, known, _with_agent(tx))
    kept = {row.id for row in wanted.printers if row.id is not None}
    raise_if_faults(_printer_faults(wanted, known))
    mine = Printer.office_id == tx.office_id
    for printer_id in known:  # names may change places, and none may stand twice meanwhile
        retired = {} if printer_id in kept else {"is_active": False}
        free = {"slug": f"~{printer_id}", "fallback_id": None, **retired}
        tx.execute(update(Printer).where(mine, Printer.id == printer_id).values(**free))
    for row in wanted.printers:
        columns = row.model_dump(mode="json", exclude={"id", "fallback"})
        if row.id is None:
            tx.execute(insert(Printer), {"office_id": tx.office_id, **columns})
        else:
            tx.execute(update(Printer).where(mine, Printer.id == row.id).values(**columns))
    ids = {row.slug: row.id for row in tx.all(select(Printer.id, Printer.slug).where(mine, Printer.is_active))}
    for row in wanted.printers:
        if row.fallback:
            tx.execute(update(Printer).where(Printer.id == ids[row.slug]).values(fallback_id=ids[row.fallback]))
    new = [row.slug for row in wanted.printers if row.id is None and row.kind != Kind.VIRTUAL]
    if new:
        choose_first(tx, new[0])
    record_setup_change(tx, "printers", _by_name(printers_form(tx.office)), _by_name(wanted))


def _wired(kind: Kind) -> Kind:
    if not is_wired(kind):
        raise ValueError("no kind that anybody connects to")
    return kind


WiredKind = Annotated[Kind, AfterValidator(_wired)]


class FoundForm(Form):
    """A printer that was found: used at once, under a name of its own."""

    kind: WiredKind
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(printable)]
    profile: str = "80mm-48"


def use_found(tx: Transaction, wanted: FoundForm) -> str:
    """Adds the printer; its name. It becomes the office's choice while that is only a page on the screen."""
    name = slug_of("struk", [printer.slug for printer in tx.office.printers])
    row = PrinterRow(slug=name, kind=wanted.kind, address=wanted.address, profile=wanted.profile, roll_mm=0)
    try:
        change_printers(tx, PrintersForm(printers=[*printers_form(tx.office).printers, row]))
    except Invalid as error:
        raise_if_faults(
            [Problem((str(each.path[-1]),), each.code, each.facts) for each in error.facts.get("problems", ())]
        )
        raise
    chosen = tx.office.printer()
    if chosen is not None and chosen.kind == Kind.VIRTUAL and chosen.slug == tx.office.settings.printer:
        change_settings(tx, "rules", {"printer": name})
    return name


def _printer_faults(wanted: PrintersForm, known: Mapping[int, PrinterConfig]) -> list[Problem]:
    slugs = [row.slug for row in wanted.printers]
    faults = twice("printers", "slug", slugs, "name_taken")
    for place, row in enumerate(wanted.printers):
        if row.profile not in profile_names():
            faults.append(Problem(("printers", place, "profile"), "choose"))
        if row.id is None or known[row.id].device_id is None:
            faults += _address_faults(place, row)
        if row.fallback is not None and (row.fallback == row.slug or row.fallback not in slugs):
            faults.append(Problem(("printers", place, "fallback"), "choose"))
        was = known.get(row.id or 0)
        if row.kind in FETCHING and (was is None or (was.kind, was.slug) != (row.kind, row.slug)):
            faults.append(Problem(("printers", place, "kind"), "linked"))
    return faults


def _address_faults(place: int, row: PrinterRow) -> list[Problem]:
    try:
        address(row.kind, row.address)
    except Invalid as error:
        return [Problem(("printers", place, "address"), error.code, error.facts)]
    return []


def _with_agent(tx: Transaction) -> set[int]:
    """The printers whose agent may still come."""
    lives = select(Printer.id).join(Device, Device.id == Printer.device_id).where(Device.revoked_at.is_(None))
    return set(tx.execute(lives.where(Printer.office_id == tx.office_id)).scalars())


def _as_kept(wanted: PrintersForm, known: Mapping[int, PrinterConfig], of_agents: set[int]) -> PrintersForm:
    """The form with each address in its one spelling, printers of agents as they are, and what must be learned anew."""
    rows = [_row_as_kept(row, known.get(row.id or 0)) for row in wanted.printers]
    names = {row.id for row in rows}
    absent = [printer for printer in known.values() if printer.id in of_agents and printer.id not in names]
    fallbacks = {printer.id: printer.slug for printer in known.values()}
    return PrintersForm.model_construct(printers=[*rows, *(_row(printer, fallbacks) for printer in absent)])


def _row_as_kept(row: PrinterRow, was: PrinterConfig | None) -> PrinterRow:
    if was is not None and was.device_id is not None:
        names = ("slug", "kind", "address", "profile")
        return row.model_copy(update={**{name: getattr(was, name) for name in names}, "answers": Answers(was.answers)})
    try:
        plain = str(address(row.kind, row.address) or row.address)
    except Invalid:
        return row
    is_moved = was is not None and (was.kind, was.address) != (row.kind, plain) and row.answers == was.answers
    answers = Answers.NOT_LEARNED if is_moved else row.answers
    return row.model_copy(update={"address": plain, "answers": answers})


def _by_name(form: PrintersForm) -> dict[str, object]:
    return {row.slug: row.model_dump(mode="json", exclude={"id", "slug"}) for row in form.printers}


def print_test(tx: Transaction, slug: str, lines: Sequence[slip.Line]) -> None:
    """Queues a test page on this printer, before which it is learned anew; raises `Unknown("printer")`."""
    tried = next((printer for printer in tx.office.printers if printer.slug == slug), None)
    if tried is None:
        raise Unknown("printer")
    if is_wired(tried.kind) and tried.device_id is None:
        learned_anew(tx, tried.id)
    job_id = print_lines(tx, "test", lines, printer=slug)
    tx.record("setup.test_page", detail={"printer": slug, "job": job_id})
