"""The practice office: a separate office beside the real one, with its services, counters and accounts, to learn in."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import select

from shared.domain.errors import Unknown
from shared.engine.founding import Plan, PlannedCounter, PlannedOfficer, PlannedRole, PlannedService, found
from shared.store.office import Transaction
from shared.store.office_config import settings_to_json
from shared.store.tables import Counter, Office, Officer, OfficerRole

MARK = "LATIHAN"
LONGEST = 32
"""Of the part before "-latihan": an address has 40 signs."""


def slug_for(slug: str) -> str:
    """The address of the practice office: "lumajang" is "lumajang-latihan". A long one is cut, and stays its own."""
    if len(slug) <= LONGEST:
        return f"{slug}-latihan"
    own = sha256(slug.encode()).hexdigest()[:6]
    return f"{slug[: LONGEST - 7].rstrip('-')}-{own}-latihan"


def open_practice(tx: Transaction) -> str:
    """The slug of this office's practice office, made now when there is none yet; nothing of it counts here.

    It begins with copies: the newest standards, the counters, the officers with their roles and present passwords.
    Its hours are open and its printer is one on the screen. Raises `Unknown("page")` in a practice office itself.
    """
    office = tx.office
    if office.settings.is_practice:
        raise Unknown("page")
    slug = slug_for(office.slug)
    if tx.first(select(Office.id).where(Office.slug == slug)) is not None:
        tx.unchanged(slug)
    officers = _officers(tx)
    plan = Plan(
        slug,
        f"{MARK} {office.name}"[:120],
        [officer for _, officer in officers],
        office.zone.key,
        office.profile,
        {**settings_to_json(office.settings), "is_practice": True, "printer": None},
        [
            PlannedService(each.standard, each.is_active, each.quota, each.cutoff_minutes, each.series)
            for each in office.services
        ],
        _counters(tx),
        holidays={},
        founder=next((officer.login for id_, officer in officers if id_ == tx.actor.officer_id), None),
    )
    found(tx.connection, plan, tx.now, office.slug, tx.actor.address)
    tx.record("setup.practice", detail={"slug": slug})
    return slug


def _counters(tx: Transaction) -> list[PlannedCounter]:
    rows = tx.all(select(Counter).where(Counter.office_id == tx.office_id, Counter.is_active).order_by(Counter.id))
    return [
        PlannedCounter(row.number, row.name, tuple(row.roles), row.services and tuple(row.services), row.zone)
        for row in rows
    ]


def _officers(tx: Transaction) -> list[tuple[int, PlannedOfficer]]:
    """Those who work here now, with their ids here."""
    roles: dict[int, list[PlannedRole]] = {}
    held = select(OfficerRole).join(Officer).where(Officer.office_id == tx.office_id)
    for row in tx.all(held.order_by(OfficerRole.id)):
        roles.setdefault(row.officer_id, []).append(PlannedRole(row.role, row.from_on, row.until_on))
    mine = select(Officer).where(Officer.office_id == tx.office_id, Officer.is_active).order_by(Officer.id)
    return [
        (
            row.id,
            PlannedOfficer(
                row.login, row.name, tuple(roles.get(row.id, ())), row.password_hash, row.must_change_password
            ),
        )
        for row in tx.all(mine)
    ]
