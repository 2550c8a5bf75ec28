"""The board: the public picture of one office, small, whole, and never more than facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.queue.board import LAST_CALLS, BoardCounter, Call, board

NOW = datetime(2026, 11, 23, 1, 0, 30, tzinfo=UTC)


def call(number: int, ticket: str = "") -> Call:
    return Call(number, ticket or f"A-{number:03d}", 1, "Loket 1", NOW - timedelta(seconds=number))


def drawn(*calls: Call, **more: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"waiting": {}, "desks": [], "availability": {}, "at": NOW}
    return board("uji", 7, calls, **(known | more))


def test_the_newest_call_and_the_four_before_it_stand_on_the_board() -> None:
    picture = drawn(*(call(number) for number in range(9, 0, -1)))

    assert [each["id"] for each in picture["calls"]] == [9, 8, 7, 6, 5]
    assert len(picture["calls"]) == LAST_CALLS


def test_of_a_ticket_called_again_only_the_newest_call_stays() -> None:
    picture = drawn(call(3, "A-001"), call(2, "A-002"), call(1, "A-001"))

    assert [(each["id"], each["number"]) for each in picture["calls"]] == [(3, "A-001"), (2, "A-002")]


def test_people_waiting_are_counted_for_each_service_and_in_all() -> None:
    picture = drawn(waiting={"oss": 3, "ktp": 0, "umum": 4})

    assert (picture["waiting"], picture["waiting_total"]) == ({"oss": 3, "ktp": 0, "umum": 4}, 7)


def test_a_desk_says_whether_somebody_sits_there_and_whom_it_serves() -> None:
    picture = drawn(desks=[BoardCounter(1, "Loket 1", True, "A-001"), BoardCounter(2, "Loket 2", False, None)])

    assert [(each["is_open"], each["serving"]) for each in picture["counters"]] == [(True, "A-001"), (False, None)]


def test_an_empty_office_has_an_empty_board() -> None:
    picture = drawn()

    assert (picture["calls"], picture["waiting_total"], picture["version"]) == ([], 0, 7)


def test_the_board_goes_over_the_wire_as_it_is() -> None:
    picture = drawn(call(1), desks=[BoardCounter(1, "Loket 1", True, None)])

    assert json.loads(json.dumps(picture)) == picture
