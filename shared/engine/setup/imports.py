"""Whole services from a file: kept as a draft, looked at, then taken together or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import Field
from sqlalchemy import Connection, delete, select

from shared.domain.errors import Unknown
from shared.domain.numbering import free_letters
from shared.domain.office import OfficeConfig, ServiceConfig
from shared.domain.problem import Problem
from shared.domain.standards.standard import ServiceStandard
from shared.engine.setup.office import Form, Letter, raise_if_faults, record_setup_change, slug_of
from shared.engine.setup.standard import insert_service, insert_version
from shared.standards import service_to_json, services_in
from shared.store.office import Transaction
from shared.store.tables import StandardDraft

KEPT = timedelta(days=30)
"""How long a draft waits for its office."""


class ImportRow(Form):
    """What becomes of one service of the file. `as_new`: a service of its own, though there is one of that address."""

    slug: str
    series: Letter
    is_wanted: bool = False
    as_new: bool = False


class ImportForm(Form):
    services: list[ImportRow] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One service of a file as it would stand in the office: under that letter, or as a version of `replaces`."""

    standard: ServiceStandard
    series: str
    replaces: ServiceConfig | None

    @property
    def is_other_letter(self) -> bool:
        """Whether the file's own letter belongs to another service here."""
        return self.series != self.standard.series


def proposals(office: OfficeConfig, services: Sequence[ServiceStandard]) -> list[Proposal]:
    """Each service with the letter of its file, or the next free one where that is taken."""
    here = {service.slug: service for service in office.services}
    taken = {service.series for service in office.services}
    wished = {each.series for each in services if each.slug not in here} - taken
    found = []
    for each in services:
        if each.slug in here:
            found.append(Proposal(each, here[each.slug].series, here[each.slug]))
            continue
        series = each.series if each.series not in taken else next(free_letters(taken | wished), "")
        taken.add(series)
        found.append(Proposal(each, series, None))
    return found


def form_of(found: Sequence[Proposal]) -> ImportForm:
    """What the page begins with: everything is wanted."""
    return ImportForm(services=[ImportRow(slug=p.standard.slug, series=p.series, is_wanted=True) for p in found])


def keep_draft(tx: Transaction, file_name: str, text: str) -> int:
    """The id of the draft. Raises `InvalidStandard` when the file is not wholly right: then nothing is kept."""
    services_in(text.encode())
    old = StandardDraft.made_at < tx.now - KEPT
    tx.execute(delete(StandardDraft).where(StandardDraft.office_id == tx.office_id, old))
    who = {"officer_id": tx.actor.officer_id, "made_at": tx.now}
    made = tx.insert(StandardDraft, file_name=file_name[-120:], text=text, **who)
    tx.record("setup.draft", detail={"file": file_name[-120:]})
    return made


def drop_draft(tx: Transaction, draft_id: int) -> None:
    """Raises `Unknown("draft")`."""
    name = _draft(tx.connection, tx.office_id, draft_id).file_name
    tx.execute(delete(StandardDraft).where(StandardDraft.id == draft_id))
    tx.record("setup.draft_dropped", detail={"file": name})


def take_draft(tx: Transaction, draft_id: int, wanted: ImportForm) -> list[str]:
    """The slugs of the services that were made or got a new version, all in one change; the draft is gone then.

    Raises `Unknown("draft")`, `Invalid("fields")` for letters that are taken, and what makes a standard invalid.
    """
    services = services_in(_draft(tx.connection, tx.office_id, draft_id).text.encode())
    tx.execute(delete(StandardDraft).where(StandardDraft.id == draft_id))
    return take_services(tx, services, wanted)


def take_services(tx: Transaction, services: Sequence[ServiceStandard], wanted: ImportForm) -> list[str]:
    """As `take_draft`, for what was read just now."""
    found = {each.standard.slug: each for each in proposals(tx.office, services)}
    rows = [(place, row) for place, row in enumerate(wanted.services) if row.is_wanted and row.slug in found]
    raise_if_faults(_letters(tx.office, rows, found))
    made: dict[str, object] = {}
    taken = [service.slug for service in tx.office.services]
    for _, row in rows:
        proposal = found[row.slug]
        if proposal.replaces is not None and not row.as_new:
            number = insert_version(tx, proposal.replaces, service_to_json(proposal.standard))
            made[row.slug] = {"version": number}
            continue
        slug = slug_of(row.slug, taken)
        standard = replace(proposal.standard, slug=slug, series=row.series)
        insert_service(tx, standard, len(taken))
        taken.append(slug)
        made[slug] = {"name": standard.name, "series": row.series}
    record_setup_change(tx, "import", {}, made)
    return list(made)


def _letters(
    office: OfficeConfig, rows: Sequence[tuple[int, ImportRow]], found: Mapping[str, Proposal]
) -> list[Problem]:
    """Letters of new services that are taken, here or in the same file."""
    faults, taken = [], {service.series for service in office.services}
    if not rows:
        faults.append(Problem(("services",), "choose"))
    for place, row in rows:
        if found[row.slug].replaces is not None and not row.as_new:
            continue
        if row.series in taken:
            faults.append(Problem(("services", place, "series"), "series_taken", {"value": row.series}))
        taken.add(row.series)
    return faults


# --- what waits ---


def drafts(connection: Connection, office_id: int) -> Sequence[tuple[int, str]]:
    """Id and file of every draft of the office, the newest first."""
    mine = StandardDraft.office_id == office_id
    query = select(StandardDraft.id, StandardDraft.file_name).where(mine).order_by(StandardDraft.id.desc())
    return [(row.id, row.file_name) for row in connection.execute(query)]


def draft_services(connection: Connection, office_id: int, draft_id: int) -> tuple[str, tuple[ServiceStandard, ...]]:
    """The name of a draft's file and its services; raises `Unknown("draft")`."""
    row = _draft(connection, office_id, draft_id)
    return row.file_name, services_in(row.text.encode())


@dataclass(frozen=True, slots=True)
class _Draft:
    file_name: str
    text: str


def _draft(connection: Connection, office_id: int, draft_id: int) -> _Draft:
    mine = (StandardDraft.id == draft_id, StandardDraft.office_id == office_id)
    row = connection.execute(select(StandardDraft.file_name, StandardDraft.text).where(*mine)).first()
    if row is None:
        raise Unknown("draft")
    return _Draft(row.file_name, row.text)
