"""Coming back for a file: the receipt is the proof, and what can be counted is none."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

import pytest
from desks import Desks
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from shared.domain.errors import Unknown
from shared.domain.numbering import (
    SHORT_LENGTH,
    SHORT_SIGNS,
    claim_code,
    parse_claim,
    parse_short,
    short_code,
    token_of,
)
from shared.engine.queue import reception
from shared.store.tables import PrintJob
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings


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


def test_the_six_signs_on_the_receipt_give_a_number_however_they_are_typed(desks: Desks) -> None:
    file = desks.file(desks.to_step("handover"))
    code = short_code(file.token)
    with desks.store.read() as connection:
        jobs = connection.execute(select(PrintJob.lines).where(PrintJob.kind == "receipt")).scalars().all()
    assert code in str(jobs)
    desks.later(days=1)

    taken = come_back(desks, f" {code.lower().replace('-', ' ')} ")

    assert taken.facts()["service"] == "oss"  # type: ignore[attr-defined]


def test_six_signs_that_two_tokens_share_open_neither() -> None:
    first = "token-0"
    twin = next(each for each in (f"t-{n}" for n in range(1, 9)) if short_code(each) != short_code(first))

    assert token_of(short_code(first), [first, twin]) == first
    assert token_of(short_code(first), [first, twin, first]) == first
    assert token_of("AAA-AAA", [first, twin]) is None


@pytest.mark.parametrize("typed", ["K7M4QX", "k7m-4qx", "K7M 4QX", "K7M–4QX"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert parse_short(typed) == "K7M-4QX"


def test_a_code_has_no_sign_that_is_taken_for_another() -> None:
    signs = {sign for n in range(2000) for sign in short_code(f"token-{n}")} - {"-"}

    assert signs == set(SHORT_SIGNS)
    assert not signs & set("B8IL1O0S5UZ2")
    assert len(SHORT_SIGNS) ** SHORT_LENGTH > 190_000_000


def test_a_phone_types_the_code_of_a_number_and_of_a_file(desks: Desks, tmp_path: Path) -> None:
    file = desks.file(desks.to_step("handover"))
    number = desks.take()
    client = create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading").test_client()
    limiter.reset()

    led = [client.get("/t", query_string={"code": short_code(token)}) for token in (number.token, file.token)]

    assert [(each.status_code, each.location) for each in led] == [
        (303, f"/t/{number.token}"),
        (303, f"/t/{file.token}"),
    ]
    code = short_code(number.token)
    assert client.get(f"/t/{code}").location == f"/t?code={code}"  # typed behind the address
    assert client.get("/t").status_code == 200
    wrong = [client.get("/t", query_string={"code": "AAAAAA"}).status_code for _ in range(9)]
    assert wrong == [404] * 8 + [429]  # ten tries a minute, two of which were right
    desks.later(days=2)
    limiter.reset()
    assert client.get("/t", query_string={"code": short_code(number.token)}).status_code == 404
    assert client.get("/t", query_string={"code": short_code(file.token)}).status_code == 303


def test_who_guesses_codes_shuts_the_door_for_nobody_else(
    desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = {"code": short_code(desks.take().token)}
    client = create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading").test_client()
    minutes, present = count(), time.time
    limiter.reset()

    def ask(address: str = "127.0.0.1", **typed: str) -> int:
        passed_s = 60 * next(minutes)  # fewer than ten tries a minute
        monkeypatch.setattr(time, "time", lambda: present() + passed_s)
        return client.get("/t", query_string=typed, environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask(code="no code") for _ in range(3)] == [404] * 3
    assert [ask(code="AAAAAA") for _ in range(31)] == [404] * 30 + [429]
    assert ask(**right) == 429
    assert ask("192.168.1.7", **right) == 303
    for host in range(10, 20):
        assert {ask(f"203.0.113.{host}", code="AAAAAA") for _ in range(30)} <= {404, 429}
    assert ask("192.168.1.7", **right) == 303, "ten addresses have used up what all may do together"
    assert [ask("192.168.1.8", code="AAAAAA") for _ in range(4)] == [404] * 3 + [429], "and each may do less"
    assert ask("192.168.1.9", **right) == 303
    limiter.reset()


@given(st.text(max_size=20))
def test_whatever_is_typed_is_ten_digits_or_nothing(text: str) -> None:
    found = parse_claim(text)

    assert found is None or (len(found) == 10 and found.isascii() and found.isdecimal())
