"""Behind nginx: the example of `contrib` works as it stands, with its limits, and whoever comes through is no local."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import socketio
from server import Server, free_port
from test_door import is_closed

EXAMPLE = Path(__file__).parents[1] / "contrib/nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


def written(server: Server, port: int, folder: Path) -> Path:
    """The example with its three marked lines changed; without TLS, which needs a certificate."""
    text = EXAMPLE.read_text().replace("server 127.0.0.1:8000;", f"server 127.0.0.1:{server.port};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("server_name loket.local;", "")
    text = re.sub(r"ssl_\w+ .*;", "", text).replace("$scheme", "https")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi"))
    around = f"daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
    file = folder / "nginx.conf"
    file.write_text(f"{around}http {{ access_log off; {temporary} scgi_temp_path {folder}/scgi;\n{text}\n}}\n")
    return file


@pytest.fixture
def behind(serve: Callable[..., Server], tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A server, and its address behind nginx."""
    server, port = serve(LOKET_SECURE_COOKIES="true"), free_port()
    file = written(server, port, tmp_path)
    process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", str(NGINX), "-c", str(file), "-e", "stderr"])
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
    yield server, f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(60)


def test_pages_live_line_and_limits_behind_nginx(behind: tuple[Server, str]) -> None:
    server, url = behind
    kiosk = server.token("lumajang", "--kiosk")

    taken = requests.post(f"{url}/lumajang/kiosk/tickets", json={"service": "oss", "nonce": "behind-nginx-1"},
                          headers=kiosk, timeout=120)  # fmt: skip
    assert taken.status_code == 201
    assert requests.get(f"{url}/metrics", timeout=120).status_code == 403, "nobody is local through a proxy"
    page = requests.get(f"{url}/lumajang/counter/sign-in", headers={"Accept": "text/html"}, timeout=120)
    assert page.ok
    assert "Secure" in page.headers["Set-Cookie"]
    assert requests.post(f"{url}/lumajang/counter/sign-in", data={"a": "x" * 100_000}, timeout=120).status_code == 413

    boards: list[object] = []
    line = socketio.Client()
    line.on("board", boards.append)
    line.connect(
        url, headers=kiosk, auth={"office": "lumajang", "screen": "kiosk"}, transports=["websocket"], wait_timeout=120
    )
    until = time.monotonic() + 60
    while not boards:
        assert time.monotonic() < until
        time.sleep(0.02)
    line.disconnect()

    port = int(url.rpartition(":")[2])
    halves = [socket.create_connection(("127.0.0.1", port)) for _ in range(61)]
    for half in halves:
        half.settimeout(60)
        half.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    assert all(is_closed(half) for half in halves[:5])
    for half in halves:
        half.close()
