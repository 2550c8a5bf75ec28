"""What a file has collected belongs to its steps; a new file is NEW; `since_at` is when it came where it is.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FILES = sa.table(
    "case_file",
    sa.column("id", sa.Integer),
    sa.column("standard_id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("step", sa.String),
    sa.column("accepted_at", sa.DateTime(timezone=True)),
    sa.column("since_at", sa.DateTime(timezone=True)),
    sa.column("collected", sa.JSON),
)
_STANDARDS = sa.table("standard_version", sa.column("id", sa.Integer), sa.column("body", sa.JSON))
_EVENTS = sa.table(
    "event",
    sa.column("id", sa.Integer),
    sa.column("case_id", sa.Integer),
    sa.column("ticket_id", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("action", sa.String),
    sa.column("from_state", sa.String),
    sa.column("to_state", sa.String),
    sa.column("detail", sa.JSON),
)
_BESIDE = ("remarks", "data_version")


def upgrade() -> None:
    connection = op.get_bind()
    steps = {row.id: row.body.get("steps", []) for row in connection.execute(sa.select(_STANDARDS))}
    came = _arrivals(connection)
    for file in connection.execute(sa.select(_FILES)).all():
        values: dict[str, Any] = {"collected": by_step(file.collected, steps.get(file.standard_id, []), file.step)}
        if file.id in came:
            values["since_at"] = came[file.id]
        if file.state == "returned" and file.step is None and file.accepted_at is None:
            values["state"] = "new"
        connection.execute(sa.update(_FILES).where(_FILES.c.id == file.id).values(**values))


def by_step(collected: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], step: str | None) -> dict[str, Any]:
    """One mapping by kind as entries of the steps: those that the file has passed, or the next one that asks for it."""
    keys = [each["key"] for each in steps]
    here = keys.index(step) if step in keys else len(keys)
    found: dict[str, dict[str, Any]] = {}
    for kind, entry in collected.items():
        if kind in _BESIDE:
            continue
        asking = [place for place, each in enumerate(steps) if kind in each.get("collects", ())]
        passed = [place for place in asking if place < here] or asking[:1]
        for place in passed:
            found.setdefault(keys[place], {})[kind] = entry
    beside = {"remarks": collected.get("remarks", {}), "data_version": collected.get("data_version", 1)}
    return {"steps": found, **beside}


def _arrivals(connection: sa.Connection) -> dict[int, datetime]:
    """File -> when it came to its present state and step, as its events tell."""
    own = sa.select(_EVENTS).where(_EVENTS.c.case_id.is_not(None), _EVENTS.c.ticket_id.is_(None))
    came: dict[int, list[datetime]] = {}
    for event in connection.execute(own.order_by(_EVENTS.c.id)):
        detail, times = event.detail or {}, came.setdefault(event.case_id, [])
        if event.from_state == event.to_state and detail.get("step") == detail.get("to_step"):
            continue
        if event.action == "undo":
            times[-1:] = []  # it lies where it lay before what was taken back
        else:
            times.append(event.at)
    return {case_id: times[-1] for case_id, times in came.items() if times}
