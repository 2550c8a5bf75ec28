"""What was paid on one day: the list that the cashier reckons up by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import render_template
from sqlalchemy import Connection

from counter.blueprint import blueprint
from shared.domain.files.file import File
from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.rights import Right
from shared.domain.standards.standard import Collects
from shared.store.files import files
from shared.store.files import views as file_views
from shared.web.access.auth import now, officers_only, store
from shared.web.bounds import query_day
from shared.web.screen import office_config


@blueprint.get("/payments")
@officers_only(Right.SEE_FILES)
def payments() -> str:
    """The payments of a day, in the order in which they were taken, and what they come to."""
    office = office_config()
    day = query_day("day") or office_day(now(), office.zone)
    with store().read() as connection:
        taken = takings(connection, office, day)
        listed = [file_views.view(connection, store().office_configs, office, file, now()) for file in taken.files]
    return render_template(
        "counter/payments.html",
        office=office,
        day=day,
        payments=[(each, each.file.collected.of(Collects.PAYMENT)) for each in listed],
        total=taken.total,
    )


@dataclass(frozen=True)
class Takings:
    files: list[File]

    @property
    def total(self) -> int:
        return sum(file.fee or 0 for file in self.files)


def takings(connection: Connection, office: OfficeConfig, day: date) -> Takings:
    """What was taken in on that day."""
    return Takings(list(files.paid_on(connection, office, day)))
