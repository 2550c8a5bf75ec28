"""A new epoch of an office: its database was put back to an earlier state, and older boards are not to be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog
from sqlalchemy import bindparam, update

from shared.store import hot
from shared.store.epoch import new_epoch, setup_version_of_now
from shared.store.office import Store
from shared.store.reads import OfficeHead
from shared.store.tables import Office

log = structlog.get_logger()

_VERSION = re.compile("[0-9]{1,18}")
_MINE = Office.id == bindparam("the_office"), Office.epoch == bindparam("the_epoch")
_RENEW = update(Office).where(*_MINE).values(epoch=bindparam("fresh_epoch"))
_WENT_BACK = _RENEW.values(setup_version=bindparam("fresh_setup"))


def renew(store: Store, office_id: int, epoch: str) -> None:
    """Ends this epoch; nothing happens when another process has ended it already."""
    store.write(_RENEW, {"the_office": office_id, "the_epoch": epoch, "fresh_epoch": new_epoch()})


def look_back(store: Store, office_id: int, drawn: str) -> bool:
    """Whether a screen that has drawn "version epoch" saw what is still to come: then a new epoch has begun.

    The database was put back unseen, as a virtual machine's snapshot does; every screen is to draw what is true now.
    """
    version, _, epoch = drawn.partition(" ")
    if not _VERSION.fullmatch(version):
        return False
    head = store.ask(hot.head, office_id)
    if head is None or head.epoch != epoch or head.version >= int(version):
        return False
    _went_back(store, office_id, epoch, int(version), head.version)
    return True


class Heads:
    """How far each office was when this process looked last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: dict[int, OfficeHead] = {}

    def went_back(self, heads: Sequence[OfficeHead]) -> list[int]:
        """The offices in which a new epoch has begun: the database's server was put back to a snapshot, which nobody
        tells the processes that use it.
        """
        found = []
        for head in heads:
            last = self._last.get(head.office_id, head)
            self._last[head.office_id] = head
            if last.epoch == head.epoch and last.version > head.version:
                _went_back(self._store, head.office_id, head.epoch, last.version, head.version)
                found.append(head.office_id)
        return found


def _went_back(store: Store, office_id: int, epoch: str, seen: int, version: int) -> None:
    """What was remembered of the setup may be another one's, too."""
    log.warning("went_back", office=office_id, seen=seen, version=version)
    facts = {"the_office": office_id, "the_epoch": epoch, "fresh_epoch": new_epoch()}
    store.write(_WENT_BACK, {**facts, "fresh_setup": setup_version_of_now()})
