"""The second factor: a code of the officer's telephone beside the password (TOTP, RFC 6238), or one from paper.

The server of an office may have no internet and a clock that is off, so the difference to the telephone's clock is
learned with the first code and followed with each later one (RFC 6238, section 6).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, update

from shared.domain.errors import Forbidden, NotAllowed, Unknown
from shared.domain.identity import plain
from shared.engine.setup.office import record_setup_change
from shared.late import late
from shared.store import reads
from shared.store.office import Transaction
from shared.store.seal import Seal
from shared.store.second_factor import factor
from shared.store.tables import SecondFactor

if TYPE_CHECKING:
    import pyotp
else:
    pyotp = late("pyotp")

STEP_S = 30
FARTHEST = 20
"""Steps by which the clocks may differ at the first code: ten minutes."""
NEAR = 2
"""Steps around the known difference that are tried at each sign-in."""
PAPER_CODES = 8
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No signs that are taken for others on paper."""


def begin(tx: Transaction, officer_id: int, seal: Seal) -> None:
    """Makes a secret for a telephone; nothing changes until its first code. Raises `NotAllowed("second_factor_on")`."""
    found = factor(tx.connection, officer_id)
    if found is not None and found.confirmed_at is not None:
        raise NotAllowed("second_factor_on")
    tx.execute(delete(SecondFactor).where(SecondFactor.officer_id == officer_id))
    row = {"officer_id": officer_id, "secret": seal.close(pyotp.random_base32()), "made_at": tx.now, "codes": []}
    tx.execute(insert(SecondFactor), row)
    tx.record("second_factor_begin")


def confirm(tx: Transaction, officer_id: int, typed: str, seal: Seal) -> list[str]:
    """Switches it on by a first code; the codes for paper, told this once. Raises `Forbidden("wrong_code")`."""
    found = factor(tx.connection, officer_id)
    if found is None or found.confirmed_at is not None:
        raise NotAllowed("second_factor_on")
    step = _step(seal.open(found.secret), found, typed, tx.now, FARTHEST)
    if step is None:
        raise Forbidden("wrong_code")
    paper = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(PAPER_CODES)]
    columns = {"confirmed_at": tx.now, "codes": [_digest(each) for each in paper], **_learned(step, tx.now)}
    tx.execute(update(SecondFactor).where(SecondFactor.officer_id == officer_id).values(**columns))
    tx.record("second_factor_on")
    return [f"{each[:5]}-{each[5:]}" for each in paper]


def check(tx: Transaction, officer_id: int, typed: str, seal: Seal) -> None:
    """Takes a code of the telephone, or one from paper, each once.

    Raises `Forbidden("wrong_code")`, and `Unreadable` where the secret was closed with another key than the server's:
    then codes from paper still open.
    """
    found = factor(tx.connection, officer_id)
    if found is None or found.confirmed_at is None:
        raise Forbidden("wrong_code")
    mine = update(SecondFactor).where(SecondFactor.officer_id == officer_id)
    given = _digest(typed)
    left = [each for each in found.codes if not hmac.compare_digest(each, given)]
    if len(left) < len(found.codes):
        tx.execute(mine.values(codes=left))
        tx.record("paper_code", detail={"left": len(left)})
        return
    step = _step(seal.open(found.secret), found, typed, tx.now, NEAR)
    if step is None or step <= found.used_step:
        raise Forbidden("wrong_code")
    tx.execute(mine.values(**_learned(step, tx.now)))
    tx.record("second_factor")


def end(tx: Transaction, officer_id: int, typed: str, seal: Seal) -> None:
    """Switches one's own off, by a last code."""
    check(tx, officer_id, typed, seal)
    tx.execute(delete(SecondFactor).where(SecondFactor.officer_id == officer_id))
    tx.record("second_factor_off")


def reset(tx: Transaction, officer_id: int) -> None:
    """Telephone and paper are lost: another admin, or who holds the server's console, takes it off.

    Raises `NotAllowed("own_second_factor")`, for who sits at another's open browser must not get around it, and
    `Unknown("officer")`.
    """
    row = reads.officer_by_id(tx.connection, officer_id)
    if row is None or row.office_id != tx.office_id:
        raise Unknown("officer")
    if tx.actor.officer_id == officer_id:
        raise NotAllowed("own_second_factor")
    tx.execute(delete(SecondFactor).where(SecondFactor.officer_id == officer_id))
    record_setup_change(tx, "second_factor", {}, {"login": row.login})


def address(secret: str, login: str, office: str) -> str:
    """What the QR code says to the telephone."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=office)


def _step(secret: str, found: SecondFactor, typed: str, now: datetime, reach: int) -> int | None:
    """The step of ours whose code that is."""
    code = re.sub("[^0-9]", "", plain(typed))
    here, clock = int(now.timestamp()) // STEP_S + found.drift, pyotp.TOTP(secret)
    near = sorted(range(-reach, reach + 1), key=abs)
    return next((here + by for by in near if hmac.compare_digest(clock.generate_otp(here + by), code)), None)


def _learned(step: int, now: datetime) -> dict[str, int]:
    return {"used_step": step, "drift": step - int(now.timestamp()) // STEP_S}


def _digest(typed: str) -> str:
    """Of a paper's code, however it was typed."""
    return hashlib.sha256(re.sub(r"[\W_]", "", typed.casefold()).encode()).hexdigest()
