"""The process that serves: gevent, WebSockets through gevent-websocket, every client through `door`.

To load this file patches the standard library, so only the forked worker does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.web import quirks

quirks.lean_start()

from gevent import monkey  # noqa: E402

monkey.patch_all()

# gevent with simple-websocket corrupts the stream of slow clients: without gevent-websocket there is no start.
import geventwebsocket  # noqa: E402, F401

from shared.web.server.door import Door, DoorServer, Worker  # noqa: E402
from shared.web.server.tls import Renewed  # noqa: E402

if TYPE_CHECKING:
    from shared.web.settings import Settings

__all__ = ["Worker", "open_door"]


def open_door(settings: Settings, places: int) -> None:
    """Whom the connections of this process pass."""
    DoorServer.door = Door(settings.connections, places)
    DoorServer.trusted = frozenset(settings.proxy_addresses())
    if settings.tls_port:
        DoorServer.tls, DoorServer.tls_port = Renewed(settings), settings.tls_port
