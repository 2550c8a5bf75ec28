"""What an admin sets about complaints and personal data: the days of an answer, and how long data are kept."""

from __future__ import annotations

from pydantic import Field

from shared.domain.complaint import ComplaintKind, days_of
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.retention import LEAST_DAYS, MOST_DAYS, DataClass, days_kept
from shared.engine.setup.office import Form, change_settings, raise_if_faults
from shared.store.office import Transaction

MOST_ANSWER_DAYS = 90


class AnswerDaysRow(Form):
    """Working days for one kind of complaint."""

    kind: ComplaintKind
    verify: int = Field(ge=1, le=MOST_ANSWER_DAYS)
    answer: int = Field(ge=1, le=MOST_ANSWER_DAYS)


class KeptRow(Form):
    """Days for which one class of personal data is kept."""

    which: DataClass
    days: int = Field(ge=LEAST_DAYS, le=MOST_DAYS)


class PrivacyForm(Form):
    """One row for each kind and each class; what has no row keeps its start."""

    kinds: list[AnswerDaysRow] = Field(default_factory=list, max_length=20)
    kept: list[KeptRow] = Field(default_factory=list, max_length=20)


def privacy_form(office: OfficeConfig) -> PrivacyForm:
    """As it is now."""
    chosen = {kind: days_of(office.settings.complaint_days, kind) for kind in ComplaintKind}
    return PrivacyForm(
        kinds=[AnswerDaysRow(kind=kind, verify=days.verify, answer=days.answer) for kind, days in chosen.items()],
        kept=[KeptRow(which=which, days=days_kept(office.settings.retention_days, which)) for which in DataClass],
    )


def change_privacy(tx: Transaction, wanted: PrivacyForm) -> None:
    """Raises `Invalid("fields")`: an answer before its verification."""
    raise_if_faults(
        [
            Problem(("kinds", place, "answer"), "at_least", {"ge": row.verify})
            for place, row in enumerate(wanted.kinds)
            if row.answer < row.verify
        ]
    )
    days = {row.kind.value: [row.verify, row.answer] for row in wanted.kinds}
    kept = {row.which.value: row.days for row in wanted.kept}
    change_settings(tx, "privacy", {"complaint_days": days, "retention_days": kept})
