"""Coming back for a file: the receipt is the proof, and what can be counted is none."""

from __future__ import annotations

import pytest
from desks import Desks
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from shared.domain.errors import Unknown
from shared.domain.numbering import claim_code, parse_claim
from shared.engine import reception
from shared.store.office import Store
from shared.store.tables import PrintJob


@pytest.fixture
def desks(sqlite_store: Store) -> Desks:
    return Desks(sqlite_store)


def come_back(desks: Desks, code: str) -> object:
    return desks.store.change(desks.id, desks.visitor(), reception.come_back, code, nonce=f"n-{code}", language="id")


@pytest.mark.parametrize("typed", ["1", "2", "1/2026", "0000000001", "9999999999", "1234567890"])
def test_what_can_be_counted_or_guessed_gives_no_number(desks: Desks, typed: str) -> None:
    file = desks.to_step("handover")
    desks.later(days=1)
    assert desks.file(file).register_number == 1

    with pytest.raises(Unknown):
        come_back(desks, typed)


def test_the_digits_on_the_receipt_give_a_number_before_others(desks: Desks) -> None:
    file = desks.file(desks.to_step("handover"))
    code = claim_code(file.token)
    with desks.store.read() as connection:
        jobs = connection.execute(select(PrintJob.lines).where(PrintJob.kind == "receipt")).scalars().all()
    assert f"{code[:5]} {code[5:]}" in str(jobs)
    desks.later(days=1)

    taken = come_back(desks, f"{code[:5]} {code[5:]}")

    assert taken.facts()["service"] == "oss"  # type: ignore[attr-defined]


@given(st.text(max_size=20))
def test_whatever_is_typed_is_ten_digits_or_nothing(text: str) -> None:
    found = parse_claim(text)

    assert found is None or (len(found) == 10 and found.isascii() and found.isdecimal())
