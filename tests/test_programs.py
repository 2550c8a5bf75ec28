"""Programs of others: tokens that reach as far as they say, and addresses that are told of every change, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import world
from flask import Flask
from people import Browser, sign_in
from receivers import Receiver, listening
from sqlalchemy import delete, insert, select, update
from world import World

from shared.domain.errors import Invalid
from shared.domain.outbox import PAUSES, next_try, receiver_url, signature, topic_of
from shared.domain.queue.ticket import Action
from shared.domain.rights import BY_A_PERSON_ONLY, SCOPES, Right, Scope, acts_as_device, covers
from shared.domain.standards.standard import Role
from shared.engine.setup import programs as engine
from shared.printing.address import Reach, networks
from shared.store import outbox, tables
from shared.store.office import Store
from shared.store.outbox_tables import Outbox
from shared.store.seal import Seal
from shared.web.app import create_app
from shared.web.outgoing import posting, webhooks
from shared.web.outgoing.sender import Outgoing
from shared.web.server.limits import limiter
from shared.web.settings import Settings

SEAL = Seal("0" * 64)
HERE = Reach(networks("127.0.0.0/8"))
README = Path(__file__).parents[1] / "README.md"
JSON = {"Accept": "application/json"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as told:
        yield told


def tell(here: World, told: Receiver, *topics: str) -> str:
    """The office tells this program; the secret."""
    wanted = engine.WebhookForm(name="Pusat", url=told.url, topics=list(topics))  # type: ignore[arg-type]
    return here.store.change(here.id, here.actor(), engine.add_webhook, wanted, told.url, SEAL)


def carry(here: World, reach: Reach = HERE) -> None:
    """Everything that is due, carried out."""
    outgoing = Outgoing(
        here.store,
        lambda: here.now,
        {"webhook": lambda letter: webhooks.tell(here.store, letter, here.now, reach, SEAL)},
    )
    while workers := outgoing.look():
        for worker in workers:
            worker.join(60)


def letters(store: Store) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(select(Outbox).order_by(Outbox.id)))


# --- the rules ---


def test_a_letter_that_fails_is_tried_again_after_growing_pauses_and_not_for_ever() -> None:
    now = world.MORNING
    tries = [next_try(attempts, now) for attempts in range(1, len(PAUSES) + 2)]

    assert tries[0] == now + timedelta(seconds=10)
    assert tries[-1] is None
    assert all(before < after for before, after in pairwise(PAUSES))
    assert sum(PAUSES, timedelta()) > timedelta(days=2)


@pytest.mark.parametrize(
    "text",
    ["ftp://a.id/", "http://", "https://a.id:0/", "https://u:p@a.id/", "https://a.id/#x", "https://a b.id/",
     "https://a.id:99999/", "javascript:alert(1)", "https://a.id/\r\nX: y", "https://[::1/", "https://kantör.id/"],
)  # fmt: skip
def test_an_address_that_nobody_can_be_told_at_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="address_receiver"):
        receiver_url(text)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "[::1]", "169.254.169.254", "0.0.0.0", "224.0.0.1", "localhost", "[2002:7f00:1::]"]
)
def test_no_letter_goes_to_this_machine_or_to_what_is_no_host_of_the_network(address: str) -> None:
    with pytest.raises(Invalid, match="address_inside"):
        posting.post(f"http://{address}:9/", {}, b"", Reach())


def test_every_right_is_in_one_scope_and_ending_sessions_in_none() -> None:
    named = [right for rights in SCOPES.values() for right in rights]

    assert sorted(named) == sorted(set(Right) - BY_A_PERSON_ONLY)
    assert not [right for right in BY_A_PERSON_ONLY if covers(set(Scope), right, is_question=True)]
    assert not covers(set(Scope), None, is_question=False)


def test_a_scope_covers_its_own_rights_and_reading_all_questions() -> None:
    assert covers(None, Right.CHANGE_SETUP, is_question=False)
    assert covers({Scope.READ}, Right.CHANGE_SETUP, is_question=True)
    assert not covers({Scope.READ}, Right.SERVE, is_question=False)
    assert covers({Scope.QUEUE}, Right.SERVE, is_question=False)
    assert not covers({Scope.QUEUE}, Right.SEE_FILES, is_question=True)
    assert acts_as_device({Scope.QUEUE}, is_question=False)
    assert not acts_as_device({Scope.FILES}, is_question=True)


def test_what_is_about_nobody_in_the_room_is_told_to_nobody() -> None:
    assert topic_of({"ticket_id": None, "case_id": None, "complaint_id": None}) is None


# --- letters ---


def test_each_change_is_told_signed_with_its_facts_and_without_a_name(here: World, receiver: Receiver) -> None:
    secret = tell(here, receiver, "ticket")
    here.take()
    called = here.call_next()
    assert called is not None
    here.act(Action.START, called["id"])

    carry(here)

    assert receiver.types == ["ticket.take", "ticket.call", "ticket.start"]
    headers, body = receiver.got[1]
    said = json.loads(body)
    assert said["ticket"] == {
        "number": "A-001", "on_day": "2026-11-23", "service": "layanan-1", "was": "waiting", "state": "called",
        "lane": "ordinary", "counter": 1,
    }  # fmt: skip
    assert (said["office"], said["version"]) == ("uji", here.version - 1)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}" == signature(secret, str(said["id"]), int(
        headers["webhook-timestamp"]
    ), body)  # fmt: skip
    assert {letter.state for letter in letters(here.store)} == {"sent"}
    assert headers["webhook-id"] == said["id"]


def test_a_receiver_that_is_away_keeps_no_place_of_others(here: World, receiver: Receiver) -> None:
    tell(here, receiver, "file")
    dead = {"office_id": here.id, "channel": "webhook", "receiver_id": 99, "topic": "file.open", "body": {}}
    rows = [{**dead, "made_at": here.now, "due_at": here.now}] * (2 * outbox.AT_ONCE)
    here.store.write(insert(Outbox), rows)
    here.store.write(insert(Outbox), {**rows[0], "receiver_id": 1, "topic": "file.mine"})

    taken = here.store.write_with(outbox.take, here.now)

    assert [letter.topic for letter in taken].count("file.mine") == 1
    assert len(taken) == outbox.AT_ONCE + 1


def test_a_letter_is_never_known_by_the_name_of_an_earlier_one(here: World, receiver: Receiver) -> None:
    """SQLite gives the number of a row that is gone once more, and so does a database that was put back."""
    tell(here, receiver, "ticket")
    for _ in range(2):
        here.take()
        carry(here)
        here.store.write(delete(Outbox))
        here.later(days=8)

    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first != second


def test_a_change_that_fails_leaves_no_letter_and_nobody_is_told_what_they_did_not_ask_for(
    here: World, receiver: Receiver
) -> None:
    tell(here, receiver, "complaint")
    here.take()
    tell(here, receiver, "ticket")

    def broken(tx: Any) -> None:
        taken = tx.room.tickets[1]
        tx.record("note", ticket_id=taken.id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        here.store.change(here.id, here.actor(), broken)

    assert letters(here.store) == []


def test_a_receiver_that_fails_gets_the_same_letters_in_order_later_and_each_once(
    here: World, receiver: Receiver
) -> None:
    tell(here, receiver, "ticket")
    receiver.status = 503
    here.take()
    here.take()

    carry(here)
    assert (len(receiver.got), [each.fault for each in letters(here.store)]) == (1, ["http_503", None])
    receiver.status = 200
    here.later(seconds=60)
    carry(here)

    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    at = int(world.MORNING.timestamp())
    assert ids == [f"{at}-1", f"{at}-1", f"{at}-2"]
    assert [(each.state, each.attempts) for each in letters(here.store)] == [("sent", 2), ("sent", 1)]


def test_a_letter_whose_sender_was_killed_is_taken_again_after_its_lease(here: World, receiver: Receiver) -> None:
    tell(here, receiver, "ticket")
    here.take()
    here.store.write_with(outbox.take, here.now)

    carry(here)
    assert receiver.got == []
    here.later(seconds=outbox.LEASE.total_seconds())
    carry(here)

    assert receiver.types == ["ticket.take"]


def test_of_two_processes_one_sends_a_letter(store: Store) -> None:
    here = world.office(store)
    here.store.change(here.id, here.actor(), engine.add_webhook, engine.WebhookForm(
        name="Pusat", url="https://192.0.2.1/", topics=["ticket"]), "https://192.0.2.1/", SEAL)  # fmt: skip
    for _ in range(10):
        here.take()
    taken: list[int] = []

    def process() -> None:
        taken.extend(letter.id for letter in here.store.write_with(outbox.take, here.now))

    threads = [threading.Thread(target=process) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(taken) == list(range(1, 11))


def test_letters_that_were_sent_go_after_some_days_and_failed_ones_later(here: World, receiver: Receiver) -> None:
    tell(here, receiver, "ticket")
    here.take()
    receiver.status = 410
    here.take()
    carry(here)
    here.store.write(update(Outbox).where(Outbox.id == 1).values(state="sent"))

    gone = [
        here.store.write_with(outbox.forget_old, here.id, here.now + timedelta(days=days)) for days in (6, 8, 29, 31)
    ]

    assert gone == [0, 1, 0, 1]


def test_the_receiver_of_the_readme_knows_our_letters_from_others(here: World, receiver: Receiver) -> None:
    code = README.read_text().partition("```python\n")[2].partition("```")[0]
    example: dict[str, Any] = {"__name__": "example"}
    exec(code, example)
    here.now = datetime.now(UTC)
    secret = tell(here, receiver, "ticket")
    here.take()

    carry(here)

    headers, body = receiver.got[0]
    assert example["is_ours"](secret, headers, body)
    assert not example["is_ours"](secret, headers, body + b" ")
    assert not example["is_ours"](secret, {**headers, "webhook-timestamp": "1"}, body)


# --- in setup ---


@pytest.fixture
def admin(here: World, app: Flask) -> Iterator[Browser]:
    limiter.reset()
    yield sign_in(app, "admin")
    limiter.reset()


def made(admin: Browser, address: str, **form: Any) -> str:
    """What the page of the setup shows once."""
    answer = admin.post(f"/uji/counter/programs/{address}", **form)
    assert answer.status_code == 200, answer.text
    secret: str = answer.text.partition('class="secret"')[2].partition(">")[2].partition("<")[0]
    assert secret
    assert secret not in admin.get("/uji/counter/programs").text
    return secret


def test_a_token_of_the_setup_reaches_as_far_as_its_scopes_until_it_ends(
    here: World, app: Flask, admin: Browser
) -> None:
    names = {"name": "Papan kota", "officer": "petugas1", "days": "30"}
    reads = {"Authorization": f"Bearer {made(admin, 'tokens', **names, **{'scopes[]': 'read'})}", **JSON}
    queues = {"Authorization": f"Bearer {made(admin, 'tokens', **names, **{'scopes[]': ['queue']})}", **JSON}
    program = app.test_client()
    take = {"service": "layanan-1", "nonce": "n" * 12}

    def status(method: str, path: str, headers: dict[str, str], **more: Any) -> int:
        return int(program.open(f"/uji/{path}", method=method, headers=headers, **more).status_code)

    assert status("GET", "display/board.json", reads) == 200
    assert status("GET", "counter/files", reads) == 200
    assert status("POST", "kiosk/tickets", reads, json=take) == 403
    assert status("POST", "counter/1/open", reads) == 403
    assert status("POST", "kiosk/tickets", queues, json=take) == 201
    assert status("POST", "counter/1/open", queues) in (200, 204)
    assert status("GET", "counter/files", queues) == 403
    assert status("POST", "counter/programs/tokens", queues, json={}) == 403
    assert program.get("/uji/counter/files", headers=queues).json["error"]["code"] == "scope"
    here.later(days=31)
    assert status("GET", "display/board.json", reads) == 401


def test_no_token_of_the_setup_makes_another_one_an_account_or_a_copy_of_everything(
    here: World, app: Flask, admin: Browser
) -> None:
    here.store.write_with(world.add_officer, here.id, "kepala", Role.ADMIN)
    every = {"scopes[]": [scope.value for scope in Scope]}
    token = {"Authorization": f"Bearer {made(admin, 'tokens', name='Rakus', officer='kepala', days='9', **every)}"}
    program = app.test_client()
    ways = (
        "programs/tokens", "setup/officers/new", f"setup/officers/{here.officers[0]}", "setup/officers/passwords",
        f"setup/officers/{here.officers[0]}/password", f"setup/officers/{here.officers[0]}/second-factor",
        "devices/confirm", "devices/invite", "setup/practice", "setup/found", "setup/found/standard", "setup/backup",
    )  # fmt: skip

    answers = [program.post(f"/uji/counter/{way}", json={}, headers={**token, **JSON}) for way in ways]

    assert [(each.status_code, each.json["error"]["code"]) for each in answers] == [(403, "scope")] * len(ways)
    assert program.post("/uji/counter/setup/rules", json={}, headers={**token, **JSON}).status_code != 403


def test_the_setup_lists_what_it_made_and_removes_it(here: World, admin: Browser) -> None:
    made(admin, "tokens", name="Papan kota", officer="petugas1", days="30", **{"scopes[]": "read"})
    made(admin, "webhooks", name="Pusat data", url="https://192.0.2.7/h", **{"topics[]": ["ticket", "file"]})
    page = admin.get("/uji/counter/programs")
    assert "Papan kota" in page.text
    assert "melihat semua yang boleh dilihat petugas itu</p>" in page.text
    assert "https://192.0.2.7/h" in page.text

    removed = admin.post("/uji/counter/programs/webhooks/1/remove")

    assert removed.status_code == 303
    assert "https://192.0.2.7/h" not in admin.get("/uji/counter/programs").text
    assert here.store.office_config(here.id).webhooks == ()


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("webhooks", {"name": "x", "url": "http://127.0.0.1:8000/", "topics[]": "ticket"}, 400),
        ("webhooks", {"name": "x", "url": "file:///etc/passwd", "topics[]": "ticket"}, 400),
        ("webhooks", {"name": "x", "url": "https://192.0.2.7/"}, 400),
        ("tokens", {"name": "x", "officer": "nobody", "scopes[]": "read"}, 404),
        ("tokens", {"name": "x", "officer": "petugas1", "scopes[]": "everything"}, 400),
        ("tokens", {"name": "x", "officer": "petugas1", "scopes[]": "read", "days": "9999"}, 400),
    ],
)
def test_what_cannot_be_is_refused_in_words_with_what_was_typed(
    admin: Browser, address: str, form: dict[str, str], status: int
) -> None:
    answer = admin.post(f"/uji/counter/programs/{address}", **form)

    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_a_test_letter_reaches_the_program_that_it_is_meant_for(here: World, receiver: Receiver) -> None:
    tell(here, receiver, "file")

    here.store.change(here.id, here.actor(), engine.try_webhook, 1)
    carry(here)

    assert receiver.types == ["test"]


def test_a_token_of_the_console_without_scopes_is_as_good_as_its_officer(here: World, tmp_path: Path) -> None:
    token = here.store.write_with(
        lambda connection: engine.issue_token(connection, here.id, "officer", "p", here.now, here.officers[0])
    )
    app = create_app(Settings(data=tmp_path), here.store, lambda: here.now, async_mode="threading")

    answer = app.test_client().get("/uji/counter/files", headers={"Authorization": f"Bearer {token}", **JSON})

    assert answer.status_code == 200
    assert here.store.ask(lambda connection: connection.execute(select(tables.Device.scopes)).scalar_one()) is None
