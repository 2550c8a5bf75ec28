"""The button that collects a year's evidence for those who examine the office."""

from __future__ import annotations

from functools import partial

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field

from counter.blueprint import blueprint
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.store.office import Transaction
from shared.web import long_work
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, take
from shared.web.documents import evidence
from shared.web.forms import sent
from shared.web.long_work import WorkOrder
from shared.web.openapi import described
from shared.web.screen import office_config


class EvidenceYear(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)

    year: int = Field(ge=2000, le=2100)


@blueprint.get("/evidence")
@officers_only(Right.MAKE_EVIDENCE)
def evidence_page() -> str:
    return _page()


@blueprint.post("/evidence")
@officers_only(Right.MAKE_EVIDENCE)
@described(takes=EvidenceYear)
def make_evidence() -> ResponseReturnValue:
    """Begins to collect the folder; it is ready under "Long work"."""

    def work(asked: EvidenceYear) -> dict[str, object]:
        made = partial(evidence.make, store(), office_config(), asked.year, now())
        name = f"bukti-{g.office}-{asked.year}.zip"
        order = WorkOrder("evidence", str(asked.year), name, "application/zip", Right.MAKE_EVIDENCE)
        work_id = long_work.begin(order, made)
        change(_record, asked.year)
        return {"work": work_id}

    return take(ButtonPage[dict[str, object]](_page, lambda _: url_for("counter.work_page")), EvidenceYear, work)


def _record(tx: Transaction, year: int) -> None:
    tx.record("evidence", reason=str(year))


def _page(message: str | None = None) -> str:
    this = office_day(now(), office_config().zone).year
    years = [this - back for back in range(5)]
    return render_template("counter/evidence.html", office=office_config(), years=years, form=sent(), message=message)
