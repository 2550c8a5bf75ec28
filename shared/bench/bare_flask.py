"""The least that the chosen parts cost together: Flask, Flask-SocketIO, the raw issue transaction; nothing of Loket.

No right is checked, nothing is validated or printed, no queue is kept. Run as
`python -m shared.bench.bare_flask PORT BYTES FOLDER`.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask, jsonify, request  # noqa: E402
from flask_socketio import SocketIO, emit  # noqa: E402

from shared.bench.bare import serve  # noqa: E402
from shared.bench.yardstick import Issues  # noqa: E402


def application(size: int, folder: Path) -> Flask:
    """Answers what the clients of `load.py` ask: takes, clicks, and a board of `size` bytes after each."""
    app = Flask(__name__)
    live = SocketIO(app, async_mode="gevent")
    issues = Issues(folder)

    def board() -> dict[str, Any]:
        return {"version": issues.count, "filler": "-" * size}

    live.on_event("connect", lambda _: emit("board", board()))

    @app.post("/<office>/kiosk/tickets")
    def take(office: str) -> Any:
        nonce = request.get_json()["nonce"]
        issues.issue()
        live.emit("board", board())
        return jsonify(id=issues.count, number=f"A-{issues.count:03d}", nonce=nonce), 201

    @app.post("/<office>/counter/<path:what>")
    def click(office: str, what: str) -> Any:
        request.get_json()
        issues.issue()
        live.emit("board", board())
        return jsonify(id=issues.count)

    return app


if __name__ == "__main__":
    serve(int(sys.argv[1]), application(int(sys.argv[2]), Path(sys.argv[3])))
