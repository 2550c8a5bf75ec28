"""What an admin says in the wizard of the first day beside its forms: a step that the office does without."""

from __future__ import annotations

from sqlalchemy import update

from shared.domain.first_day import SKIPPED, FirstStep
from shared.engine.setup.office import Form, record_setup_change
from shared.store.office import Transaction
from shared.store.tables import Office


class SkipForm(Form):
    """`is_skipped` false: the step is wanted again."""

    step: FirstStep
    is_skipped: bool = True


def skip(tx: Transaction, wanted: SkipForm) -> None:
    was = list(tx.office.profile.get(SKIPPED, ()))
    kept = [step for step in was if step != wanted.step.value]
    now = sorted([*kept, wanted.step.value]) if wanted.is_skipped else kept
    profile = {**tx.office.profile, SKIPPED: now}
    tx.execute(update(Office).where(Office.id == tx.office_id).values(profile=profile))
    record_setup_change(tx, "first_day", {SKIPPED: was}, {SKIPPED: now})
