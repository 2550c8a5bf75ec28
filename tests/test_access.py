"""Who may come in is remembered by each process, and forgotten with the change that says otherwise."""

from __future__ import annotations

from collections.abc import Callable

import world
from sqlalchemy import delete, insert, update

from shared.domain.standards.standard import Role
from shared.engine.people import device
from shared.store.office import Store
from shared.store.tables import Device, Officer, OfficerRole, OfficerSession

DEVICE, SESSION = "a" * 64, "b" * 64


def test_every_process_hears_at_once_of_every_change_of_who_may_come_in(
    store: Store, database_url: str, open_store: Callable[[str], Store]
) -> None:
    office, other = world.office(store), open_store(database_url)
    mine = office.officers[0]
    facts = {"office_id": office.id, "purpose": "kiosk", "name": "Pintu", "made_at": office.now}
    store.write(insert(Device).values(**facts, token_hash=DEVICE, settings={}))
    session = {"made_at": office.now, "seen_at": office.now, "address": "", "browser": ""}
    store.write(insert(OfficerSession).values(**session, officer_id=mine, key_hash=SESSION))
    role = OfficerRole.officer_id == mine

    def known(by: Store) -> list[object]:
        access = by.access(office.id, by.head(office.id))
        shown = access.device(DEVICE)
        told = shown and (shown.settings, shown.expires_at)
        return [told, access.officer(mine), access.is_session_running(SESSION, mine)]

    for change in (
        update(Device).values(settings={"printer": "lain"}),
        update(Device).values(expires_at=office.now),
        update(Device).values(revoked_at=office.now),
        update(Device).values(revoked_at=None),
        delete(Device),
        update(Officer).where(Officer.id == mine).values(must_change_password=True),
        update(Officer).where(Officer.id == mine).values(is_active=False),
        insert(OfficerRole).values(officer_id=mine, role=Role.CAMAT),
        update(OfficerRole).where(role).values(until_on=office.now.date()),
        delete(OfficerRole).where(role),
        update(OfficerSession).values(ended_at=office.now),
        update(OfficerSession).values(ended_at=None),
        delete(OfficerSession),
    ):
        before = known(other)
        store.write(change)

        assert known(other) != before, change
        assert known(store) == known(other), change


def test_a_heartbeat_costs_nobody_what_is_remembered(store: Store) -> None:
    office = world.office(store)
    token = store.write_with(device.issue_token, office.id, "kiosk", "Pintu", office.now)
    access = store.access(office.id, store.head(office.id))
    known = access.device(device.digest(token))

    store.write_with(device.seen, known.id if known else 0, office.now)

    assert store.access(office.id, store.head(office.id)) is access
    assert access.device(device.digest(token)) is known
