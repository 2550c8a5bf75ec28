"""The people of one office at work, over HTTP: for the tests of the waiting room."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests
from server import Server


class Room:
    """The people of one office, over HTTP."""

    def __init__(self, server: Server, office: str = "lumajang") -> None:
        self.server, self.office = server, office
        self._officers = {1: "loket1", 2: "loket2", 3: "operator"}
        self._tokens: dict[int, dict[str, str]] = {}
        self._last: dict[int, int] = {}

    def sit(self, counter: int, login: str) -> None:
        """From now on that officer acts at this counter."""
        self._officers[counter] = login
        self._tokens[counter] = self.server.token(self.office, "--officer", login)

    def take(self, service: str = "oss", **said: Any) -> dict[str, Any]:
        wanted = {"service": service, "nonce": uuid4().hex, **said}
        answer = requests.post(f"{self.server.url}/{self.office}/kiosk/tickets", json=wanted, timeout=20)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def call_next(self, counter: int = 1) -> dict[str, Any]:
        """Calls the next one; whoever stands at the counter is finished first."""
        answer = self._post(counter, "next")
        if answer.status_code == 409:
            here = self._last[counter]
            self._post(counter, f"tickets/{here}/start")
            self._post(counter, f"tickets/{here}/finish")
            answer = self._post(counter, "next")
        assert answer.status_code == 200, answer.text
        self._last[counter] = answer.json()["id"]
        return dict(answer.json())

    def act(self, counter: int, ticket_id: int, action: str) -> None:
        answer = self._post(counter, f"tickets/{ticket_id}/{action}")
        assert answer.ok, answer.text

    def _post(self, counter: int, what: str) -> requests.Response:
        if counter not in self._tokens:
            self._tokens[counter] = self.server.token(self.office, "--officer", self._officers[counter])
        url = f"{self.server.url}/{self.office}/counter/{counter}/{what}"
        headers = {**self._tokens[counter], "Accept": "application/json"}
        return requests.post(url, json={}, headers=headers, timeout=20)

    def board(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.server.url}/{self.office}/display/board.json", timeout=20).json())
