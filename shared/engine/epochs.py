"""A new epoch of an office: its database was put back to an earlier state, and older boards are not to be compared."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from shared.store.office import Store
from shared.store.tables import Office, new_epoch

_RENEW = (
    update(Office)
    .where(Office.id == bindparam("the_office"), Office.epoch == bindparam("the_epoch"))
    .values(epoch=bindparam("fresh_epoch"))
)


def renew(store: Store, office_id: int, epoch: str) -> None:
    """Ends this epoch; nothing happens when another process has ended it already."""
    store.write(_RENEW, {"the_office": office_id, "the_epoch": epoch, "fresh_epoch": new_epoch()})
