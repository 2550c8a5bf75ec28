"""Complaint channels have a kind and belong to the office; a service keeps its own only where they differ.

Revision ID: 0008
Revises: 0007
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OFFICES = sa.table("office", sa.column("id", sa.Integer), sa.column("profile", sa.JSON))
_SERVICES = sa.table("service", sa.column("office_id", sa.Integer), sa.column("standard_id", sa.Integer))
_VERSIONS = sa.table(
    "standard_version", sa.column("id", sa.Integer), sa.column("office_id", sa.Integer), sa.column("body", sa.JSON)
)

Channels = list[dict[str, str]]


def upgrade() -> None:
    connection = op.get_bind()
    newest = {row.standard_id for row in connection.execute(sa.select(_SERVICES))}
    versions = connection.execute(sa.select(_VERSIONS)).all()
    for office in connection.execute(sa.select(_OFFICES)).all():
        mine = {row.id: row.body for row in versions if row.office_id == office.id}
        found = {key: channels(body.get("complaint") or {}) for key, body in mine.items()}
        usual = most_used([made for key, made in found.items() if key in newest])
        if usual:
            profile = {**(office.profile or {}), "complaint": usual}
            connection.execute(sa.update(_OFFICES).where(_OFFICES.c.id == office.id).values(profile=profile))
        for key, body in mine.items():
            if "complaint" in body:
                own = {} if found[key] == usual else {"complaint": found[key]}
                rest = {name: value for name, value in body.items() if name != "complaint"}
                connection.execute(sa.update(_VERSIONS).where(_VERSIONS.c.id == key).values(body={**rest, **own}))


def channels(named: Mapping[str, Any] | Sequence[Any]) -> Channels:
    """The named channels of a standard, in the order in which they are shown from now on."""
    if not isinstance(named, Mapping):
        return list(named)
    pages: list[tuple[str, str | None, str | None]] = [(_kind(page), page, None) for page in named.get("web", ())]
    found: list[tuple[str, str | None, str | None]] = [
        ("phone", named.get("phone"), None),
        ("email", named.get("email"), None),
    ]
    found += [each for each in pages if each[0] != "web"] + [each for each in pages if each[0] == "web"]
    found.append(("desk", named.get("address"), None))
    found += [("social", named.get(key), key.title()) for key in ("facebook", "instagram")]
    return [
        {"kind": kind, "value": value, **({"label": label} if label else {})} for kind, value, label in found if value
    ]


def _kind(page: str) -> str:
    known = {"laporlumajang": "laporlumajang", "lapor.go.id": "lapor"}
    return next((kind for mark, kind in known.items() if mark in page.lower()), "web")


def most_used(lists: Sequence[Channels]) -> Channels:
    """What most services have: from now on it is the office's."""
    counted = Counter(json.dumps(each) for each in lists if each)
    return json.loads(counted.most_common(1)[0][0]) if counted else []
