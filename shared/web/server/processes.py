"""What the processes of one installation tell each other: that an office changed, and what a device shall do.

Short messages through Redis, with a connection of their own: who changed an office tells only that, and every process
sends the board to its own screens. While Redis is away no click waits for it; `live` looks at the versions in the
database as well.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from redis import Redis

log = structlog.get_logger()

CHANNEL = "loket"
TIMEOUT_S = 2.0
AGAIN_S = 0.5
"""Between two tries while Redis is away."""
MOST_WAITING = 1000
"""Messages that wait for it; older ones are of no use to anybody."""

Message = dict[str, object]


class Processes:
    """`heard` is called with each message of another process. Nothing happens before `start`."""

    def __init__(self, url: str, heard: Callable[[Message], None]) -> None:
        from redis import Redis  # only where there are several processes: see `quirks.UNUSED`

        self._redis: Redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self._heard = heard
        self._me = secrets.token_hex(8)
        self._waiting: deque[Message] = deque(maxlen=MOST_WAITING)
        self._knock = threading.Event()
        self._is_away = False

    def start(self, in_background: Callable[[Callable[[], None]], object]) -> None:
        in_background(self._speak)
        in_background(self._listen)

    def tell(self, message: Message) -> None:
        """Returns at once; what is told is the others' when Redis takes it."""
        if message not in self._waiting:
            self._waiting.append(message)
        self._knock.set()

    def _speak(self) -> None:
        while True:
            self._knock.wait()
            self._knock.clear()
            while self._waiting:
                message = self._waiting.popleft()
                try:
                    self._redis.publish(CHANNEL, json.dumps({**message, "from": self._me}))
                    self._note(is_away=False)
                except Exception as error:  # noqa: BLE001 (told once; the versions in the database are looked at too)
                    self._note(is_away=True, error=error)
                    time.sleep(AGAIN_S)

    def _listen(self) -> None:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as line:  # type: ignore[no-untyped-call]
                    line.subscribe(CHANNEL)
                    while True:
                        self._take(line.get_message(timeout=TIMEOUT_S))
            except Exception as error:  # noqa: BLE001 (the same)
                self._note(is_away=True, error=error)
                time.sleep(AGAIN_S)

    def _take(self, said: Message | None) -> None:
        if said is None or not isinstance(said["data"], bytes):
            return
        try:
            message = json.loads(said["data"])
        except ValueError:
            return
        if isinstance(message, dict) and message.pop("from", self._me) != self._me:
            self._heard(message)

    def _note(self, *, is_away: bool, error: Exception | None = None) -> None:
        """One line when Redis goes, and one when it is there again."""
        if is_away and not self._is_away:
            log.warning("redis_away", error=type(error).__name__)
        elif self._is_away and not is_away:
            log.warning("redis_back")
        self._is_away = is_away
