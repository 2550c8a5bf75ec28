"""Nobody who waits is left without a counter by a change of the setup."""

from __future__ import annotations

from shared.domain.errors import NotAllowed
from shared.store.office import Transaction
from shared.store.office_config import read_office_config


def must_strand_nobody(tx: Transaction) -> None:
    """Raises `NotAllowed("strands")` (fact: `numbers`) when what was written leaves a waiting visitor to nobody."""
    already = {one.id for one in tx.room.stranded()}
    lost = [
        one.label for one in tx.room.stranded(read_office_config(tx.connection, tx.office_id)) if one.id not in already
    ]
    if lost:
        raise NotAllowed("strands", numbers=", ".join(lost))
