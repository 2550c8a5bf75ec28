"""What the description of the interface allows, and what it forbids, ends in an answer: from every kind of hand."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest
import schemathesis
import world
from filing import EXAMPLES, Filing
from flask import Flask, got_request_exception
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from sqlalchemy import update
from test_bounds import Trace

from shared.domain.standards.standard import Role
from shared.engine.people.device import issue_token
from shared.standards import read, service_from_json
from shared.store import tables
from shared.store.office import Store
from shared.web.server.limits import limiter

FEW = 60
ROUNDS, MANY = 40, 500
"""The long trial: 20,000 cases, each round on a new office, for what an admin may do makes the others' hands idle."""
EXAMPLE = EXAMPLES / "akta-hibah.toml"
KNOWN = {
    "office": "uji", "slug": "", "number": "1", "action": "advance", "purpose": "kiosk", "printer": "virtual",
    "name": "virtual", "language": "id", "key": "digit.1", "kind": "receipt", "what": "begin", "place": "shared",
}  # fmt: skip
"""A value that exists, for each part of an address; `1` for the others, which are numbers of rows."""
BUSY = ("admin", "loket", "kiosk")
"""Half of all cases are theirs, who may do most."""
ORDER = settings(max_examples=5, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def filing(sqlite_store: Store, tmp_path: Path) -> Iterator[Filing]:
    """An office with a file that lies at its first step, and a visitor at the counter."""
    standard = service_from_json(read(EXAMPLE.read_bytes()))
    made = Filing(sqlite_store, tmp_path, [standard])
    KNOWN["slug"] = standard.slug
    made.open(standard)
    limiter.enabled = False
    yield made
    limiter.enabled = True


def hands(filing: Filing) -> dict[str, dict[str, str]]:
    """Who asks, and what they show: nobody, the devices, an officer of each role."""
    made = dict(filing.tokens)
    for purpose in ("kiosk", "display", "agent"):
        made[purpose] = filing.store.write_with(issue_token, filing.id, purpose, purpose, filing.now)
    above = filing.store.write_with(world.add_officer, filing.id, "kabupaten", Role.KABUPATEN)
    made["kabupaten"] = filing.store.write_with(issue_token, filing.id, "officer", "kabupaten", filing.now, above)
    filing.store.write(update(tables.Device).values(last_seen_at=filing.now))  # a first sign of life is written
    return {"nobody": {}} | {who: {"Authorization": f"Bearer {token}"} for who, token in made.items()}


def faults(filing: Filing, cases: int, number: int) -> list[str]:
    """What was wrong in so many cases: faults of the server, and refusals that left a trace."""
    app: Flask = filing.client.application
    shown, trace, found = hands(filing), Trace(filing.store), list[str]()
    operations = [each.ok() for each in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()]
    raised: list[str] = []
    seen = lambda _app, exception: raised.append("".join(traceback.format_exception(exception)[-3:]))  # noqa: E731
    chosen, asked = Random(number), 0

    def ask(case: Any) -> None:
        nonlocal asked
        who = chosen.choice(sorted(shown) if chosen.randrange(2) else BUSY)
        for name in case.path_parameters or {}:
            if chosen.randrange(8):
                case.path_parameters[name] = KNOWN.get(name, "1")
        answer = case.call(headers={"Accept": "application/json", **shown[who]})
        written = trace.since()
        asked += 1
        if answer.status_code >= 500 or (answer.status_code >= 400 and written):
            found.append(f"{who} {case.as_curl_command()[:600]} {answer.status_code} {written} {raised}")
        raised.clear()

    with got_request_exception.connected_to(seen, app):
        for operation in cycle(chosen.sample(operations, len(operations))):
            strategy = operation.as_strategy(generation_mode=chosen.choice(BOTH))
            seed(number)(ORDER(given(strategy)(ask)))()
            if asked >= cases:
                return found
    return found


def test_every_kind_of_hand_gets_an_answer(filing: Filing) -> None:
    assert faults(filing, FEW, number=0) == []


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_every_kind_of_hand_gets_an_answer_many_times(filing: Filing, number: int) -> None:
    assert faults(filing, MANY, number) == []
