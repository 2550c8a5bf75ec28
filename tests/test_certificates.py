"""https in the office's network: the made certificate convinces a client that knows the authority, and no other."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import socketio
from click.testing import CliRunner
from people import until
from server import Server, free_port
from world import World

from shared.domain.errors import Refusal
from shared.web.cli import main
from shared.web.conditions import conditions as known
from shared.web.server import certificates
from shared.web.settings import Settings

NAMES = ["loket.local", "localhost", "192.168.1.10", "127.0.0.1"]


def is_believed(folder: Path, name: str, authority: Path | None) -> bool:
    """Whether a client that knows this authority speaks TLS with the certificate's holder under the name."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    client = ssl.create_default_context(cafile=authority)
    here, there = socket.socketpair()

    def answer() -> None:
        with here:
            try:
                server.wrap_socket(here, server_side=True).close()
            except (ssl.SSLError, OSError):
                return

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with there, client.wrap_socket(there, server_hostname=name):
            return True
    except ssl.SSLCertVerificationError:
        return False
    finally:
        thread.join()


def test_the_made_certificate_is_believed_for_its_names_by_who_knows_the_authority(tmp_path: Path) -> None:
    folder = tmp_path / "tls"

    end = certificates.make(folder, NAMES[:3], datetime.now(UTC))

    assert is_believed(folder, "loket.local", folder / "ca.crt")
    assert is_believed(folder, "192.168.1.10", folder / "ca.crt")
    assert not is_believed(folder, "other.local", folder / "ca.crt")
    assert not is_believed(folder, "loket.local", None)
    assert end - datetime.now(UTC) < timedelta(days=825)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_next_certificate_has_the_same_authority_which_speaks_for_no_other_place(tmp_path: Path) -> None:
    folder, now = tmp_path / "tls", datetime.now(UTC)
    certificates.make(folder, ["loket.local"], now)
    authority = (folder / "ca.crt").read_bytes()

    certificates.make(folder, ["loket.local", "10.1.2.3"], now)
    assert is_believed(folder, "10.1.2.3", folder / "ca.crt")
    certificates.make(folder, ["bank.example", "8.8.8.8"], now)

    assert (folder / "ca.crt").read_bytes() == authority
    assert not is_believed(folder, "bank.example", folder / "ca.crt")
    assert not is_believed(folder, "8.8.8.8", folder / "ca.crt")


def test_a_given_certificate_is_taken_only_with_its_own_key_and_while_it_is_good(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    one, two, target = (tmp_path / name for name in ("one", "two", "target"))
    certificates.make(one, NAMES, now)
    certificates.make(two, NAMES, now)

    for certificate, key, at, code in [
        (one / "server.crt", two / "server.key", now, "certificate_other_key"),
        (one / "server.key", one / "server.crt", now, "certificate_unread"),
        (one / "server.crt", one / "server.key", now + timedelta(days=900), "certificate_over"),
    ]:
        with pytest.raises(Refusal) as refused:
            certificates.take(target, certificate, key, at)
        assert refused.value.code == code
    assert not target.exists()
    certificates.take(target, one / "server.crt", one / "server.key", now)
    assert (target / "server.crt").read_bytes() == (one / "server.crt").read_bytes()


def test_the_command_makes_one_for_the_usual_names(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["tls"], env={"LOKET_DATA": str(tmp_path)})

    assert said.exit_code == 0, said.output
    assert is_believed(tmp_path / "tls", "loket.local", tmp_path / "tls/ca.crt")


@pytest.mark.parametrize(("left", "code"), [(40, None), (20, "certificate_near"), (-1, "certificate_over")])
def test_the_end_of_the_certificate_is_told_in_time(here: World, tmp_path: Path, left: int, code: str | None) -> None:
    certificates.make(tmp_path / "tls", NAMES, here.now - certificates.LIFE + timedelta(days=left))

    with here.store.read() as connection:
        scene = known.Scene(Settings(data=tmp_path), connection, here.store.office_config(here.id), here.now)
        found = known.conditions(scene, ["certificate_near", "certificate_over"])

    assert [each.code for each in found] == ([code] if code else [])


def test_the_server_itself_speaks_https_beside_http_and_waits_for_no_handshake_for_ever(
    begun: Callable[..., Server], tmp_path: Path
) -> None:
    port = free_port()
    server = begun(tmp_path / "data", {"LOKET_TLS_PORT": str(port)})
    server.loket("tls", "--name", "localhost")
    authority = tmp_path / "data/tls/ca.crt"
    server.start()
    try:
        silent = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(20)]
        silent[0].sendall(b"GET / HTTP/1.1\r\n\r\n")  # not TLS at all
        began = time.monotonic()
        page = requests.get(f"https://localhost:{port}/lumajang/kiosk", verify=str(authority), timeout=60)
        plain = requests.get(f"{server.url}/lumajang/kiosk", timeout=60)
        live = socketio.Client(
            http_session=_trusting(authority), websocket_extra_options={"sslopt": {"ca_certs": str(authority)}}
        )
        boards: list[object] = []
        live.on("board", boards.append)
        live.connect(
            f"https://localhost:{port}", auth={"office": "lumajang", "screen": "display"}, transports=["websocket"]
        )
        until(lambda: boards)
        live.disconnect()

        assert (page.status_code, plain.status_code) == (200, 200)
        assert f"https://localhost:{port}" not in plain.text
        assert all(_ends(line) for line in silent)
        assert time.monotonic() - began < 60
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"https://localhost:{port}/", timeout=60)
        shown = ssl.get_server_certificate(("localhost", port), timeout=60)
        server.loket("tls", "--name", "localhost")
        assert ssl.get_server_certificate(("localhost", port), timeout=60) != shown, "renewed while the server runs"
        assert "Traceback" not in server.log.read_text()
    finally:
        server.kill()


def test_https_without_a_certificate_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, tls_port=8443)

    assert "loket tls" in str(settings.no_certificate())
    assert not settings.certificate()[0].exists()


def _trusting(authority: Path) -> requests.Session:
    session = requests.Session()
    session.verify = str(authority)
    return session


def _ends(line: socket.socket) -> bool:
    """Waits until the server has closed it."""
    with line:
        try:
            while line.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
    return True
