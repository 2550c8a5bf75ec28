"""All offices of the installation at a glance, for who watches over them: a page, and the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.rights import Right
from shared.engine.regency import OfficeGlance, glance
from shared.engine.reports.region import region_offices
from shared.loop import off_the_loop
from shared.store.office import Store
from shared.web import backups
from shared.web.access.auth import now, officers_only, store, wants_page
from shared.web.answers import RegencyFacts, RegencyOffice
from shared.web.openapi import described
from shared.web.screen import office_config

COLUMNS = {
    "taken": "Taken today",
    "waiting": "Waiting",
    "served": "Served",
    "missed": "Missed",
    "running_files": "Files under way",
    "overdue_files": "Overdue files",
    "overdue_complaints": "Overdue complaints",
    "printers_at_fault": "Printers at fault",
}
"""Counts of an office -> their heading."""
BAD = ("overdue_files", "overdue_complaints", "printers_at_fault")
"""Those that should be nothing."""


@dataclass(frozen=True)
class AllOffices:
    at: datetime
    offices: list[OfficeGlance]
    backup_at: datetime | None
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    bad: Sequence[str] = BAD


@blueprint.get("/regency")
@officers_only(Right.SEE_REGENCY)
@described(RegencyFacts)
def regency_page() -> ResponseReturnValue:
    """How each office is now: waiting, served, overdue, index, devices; and when the last backup was made."""
    seen = all_offices()
    if wants_page():
        return render_template("counter/regency.html", office=office_config(), regency=seen)
    told = RegencyFacts(at=seen.at, last_backup_at=seen.backup_at, offices=[_told(each) for each in seen.offices])
    return jsonify(told.model_dump(mode="json"))


def all_offices() -> AllOffices:
    """What the page shows, and the desk of who watches over them."""
    at = now()
    backup_at = backups.last_at(current_app.extensions["loket_settings"])
    return AllOffices(at, off_the_loop(_glance, store(), at), backup_at)


def _glance(store: Store, at: datetime) -> list[OfficeGlance]:
    offices = region_offices(store)
    with store.read_at_length() as connection:
        return list(glance(connection, store.office_configs, offices, at))


def _told(each: OfficeGlance) -> RegencyOffice:
    index = each.satisfaction
    return RegencyOffice(
        slug=each.slug,
        name=each.name,
        is_open=each.is_open,
        taken=each.taken,
        waiting=each.waiting,
        served=each.served,
        missed=each.missed,
        running_files=each.running_files,
        overdue_files=each.overdue_files,
        overdue_complaints=each.overdue_complaints,
        devices=each.devices,
        devices_away=len(each.devices_away),
        printers_at_fault=each.printers_at_fault,
        ikm=round(index.index, 2) if index else None,
        ikm_period=index.key if index else None,
    )
