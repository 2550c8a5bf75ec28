"""Bounds: no value from outside ends in a fault of the server, on any address that there is or will be."""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import pytest
import world
from flask import Flask
from flask.testing import FlaskClient
from people import csrf
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse
from world import PASSWORD, World, dump

from shared.domain.queue.ticket import Action
from shared.engine.people.device import issue_token
from shared.store import tables
from shared.store.office import Store
from shared.web.answers import Answer
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

MARK = "misfit-7f3a"
"""Stands in every text that must not be kept."""
NUL = f"{MARK}\x00"
MISFITS = [
    "99999999999999999999",
    "²",
    NUL,
    "9999-12-31",
    "0001-01-01",
    "true",
    f"{MARK}😀" * 300,
    "9" * 4400,
    "[" * 5000,
    "-1",
]
JSON_MISFITS: list[object] = [10**20, 1e308, True, None, [[]], {"a": {"b": [1]}}, f"{MARK}\ud800"]
CANDIDATES = ["A", "layanan-1", "1", "30", "2026-11-24", "08:00", "true", "open", "id", "loket", "nonce-0001", "", "x"]
"""One of these fits nearly every field: the others of a form, while one of them is a misfit."""
FILES = ("file", "logo", "clip")


@dataclass
class Site:
    """A small office with a visitor at counter 1, and four kinds of hands at its door."""

    app: Flask
    uji: World
    ticket: int
    token: str
    trace: Trace
    tries_all: bool
    tries_each: bool
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)

    def sign_in(self, name: str, login: str) -> None:
        client = self.app.test_client()
        client.environ_base.update({"REMOTE_ADDR": "192.168.1.50", "HTTP_ACCEPT": "text/html"})
        page = client.get("/uji/counter/sign-in")
        form = {"csrf_token": csrf(page), "login": login, "password": PASSWORD}
        assert client.post("/uji/counter/sign-in", data=form).status_code == 302
        self.clients[name] = client
        self.csrf[name] = csrf(client.get("/uji/counter/password"))

    def known(self, rule: Rule) -> dict[str, object]:
        """A value that exists, for each part of the address."""
        words: dict[str, object] = {
            "office": "uji", "number": 1, "ticket_id": self.ticket, "token": self.token, "slug": "layanan-1",
            "action": "hold" if "ticket" in rule.rule else "collect", "purpose": "kiosk", "printer": "virtual",
            "name": "virtual", "language": "id", "key": "digit.1", "kind": "receipt", "what": "begin",
            "build": "x", "place": "shared", "filename": "tokens.css",
        }  # fmt: skip
        return {name: words.get(name, 1) for name in rule.arguments}


@pytest.fixture
def site(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    uji = world.office(store)
    taken = uji.take()
    uji.call_next()
    uji.act(Action.START, taken.id)
    app = create_app(Settings(data=tmp_path), store, lambda: uji.now, async_mode="threading")
    is_long = bool(request.config.getoption("--long"))
    made = Site(app, uji, taken.id, taken.token, Trace(store), store.is_sqlite or is_long, is_long)
    limiter.enabled = False
    made.clients["nobody"] = app.test_client()
    made.clients["nobody"].environ_base.update({"REMOTE_ADDR": "192.168.1.51", "HTTP_ACCEPT": "text/html"})
    made.clients["kiosk"] = app.test_client()
    token = store.write_with(issue_token, uji.id, "kiosk", "Anjungan", uji.now)
    made.clients["kiosk"].environ_base.update({"REMOTE_ADDR": "192.168.1.52", "HTTP_AUTHORIZATION": f"Bearer {token}"})
    made.sign_in("officer", "petugas1")
    made.sign_in("admin", "admin")
    made.clients["kiosk"].get("/uji/kiosk/board.json")  # a first sign of life is written once
    made.trace.since()
    yield made
    limiter.enabled = True


def rules(app: Flask, *methods: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if (rule.methods or set()).intersection(methods)]


def address(rule: Rule, values: dict[str, object]) -> str:
    """The rule's address with these values as they are, whatever its converters would say of them."""
    return re.sub(r"<(?:[^<>]*:)?([a-z_]+)>", lambda found: quote(str(values[found[1]]), safe=""), rule.rule)


# what a route reads: found in its code, so that a new route is swept without being named here


def models(view: Callable[..., Any]) -> list[type[BaseModel]]:
    """The pydantic models that a view, or a function of its file that it calls, speaks of."""
    found: dict[str, type[BaseModel]] = {}
    for function in _reached(view):
        names = function.__globals__
        for name in _names(function.__code__):
            for thing in (names.get(name), *(getattr(m, name, None) for m in names.values() if inspect.ismodule(m))):
                if isinstance(thing, type) and issubclass(thing, BaseModel) and thing is not BaseModel:
                    found[thing.__qualname__] = thing
    return list(found.values())


def _reached(view: Callable[..., Any]) -> Iterator[types.FunctionType]:
    """The view and the functions of its file that it calls."""
    todo, seen = [inspect.unwrap(view)], set()
    while todo:
        function = todo.pop()
        if not isinstance(function, types.FunctionType) or function in seen:
            continue
        seen.add(function)
        yield function
        called = (function.__globals__.get(name) for name in _names(function.__code__))
        todo += [inspect.unwrap(f) for f in called if callable(f) and getattr(f, "__module__", "") == view.__module__]


def _names(code: types.CodeType) -> set[str]:
    inner = [_names(each) for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*inner)


def plausible(model: type[BaseModel]) -> dict[str, object]:
    """A value that each required field takes by itself."""
    found: dict[str, object] = {}
    for name, about in model.model_fields.items():
        if not about.is_required():
            continue
        adapter: TypeAdapter[Any] = TypeAdapter(about.annotation)
        for candidate in [*CANDIDATES, [], ["1"], ["loket"], {}] if about.annotation else CANDIDATES:
            try:
                adapter.validate_python(candidate)
            except ValidationError:
                continue
            found[name] = candidate
            break
    return found


def queries(views: Sequence[Callable[..., Any]]) -> list[set[str]]:
    """For each view the names behind the question mark that it asks for, and those of its file that none asks for."""
    read = [_asked("\n".join(map(inspect.getsource, _reached(view)))) for view in views]
    files = [inspect.getmodule(inspect.unwrap(view)) for view in views]
    of_no_view: dict[types.ModuleType | None, set[str]] = {}
    for file in set(files):
        of_its_views = (names for names, own in zip(read, files, strict=True) if own is file)
        of_no_view[file] = _asked(inspect.getsource(file)).difference(*of_its_views) if file else set()
    return [names | of_no_view[file] for names, file in zip(read, files, strict=True)]


def _asked(source: str) -> set[str]:
    return set(re.findall(r"(?:args\.get|query_\w+)\(\s*\"(\w+)\"", source))


def refusal(model: type[BaseModel], name: str, sent: dict[str, object]) -> object:
    """Why the model refuses it, for a field of that kind; None when it takes it.

    What is refused alike goes the same way back. A check of the model's own knows its field: there is no other like it.
    """
    try:
        model.model_validate(sent)
    except ValidationError as error:
        why = [(each["loc"][1:], each["type"]) for each in error.errors(include_url=False)]
        about, is_own = model.model_fields[name], any(type_.endswith("_error") for _, type_ in why)
        return str(why), repr(about.annotation), repr(about.metadata), name if is_own else ""
    return None


# the sweep: on SQLite every value that goes another way; on PostgreSQL those that its columns take otherwise; with
# `--long` every one on both


WRITTEN_ALSO_WHEN_REFUSED = {"data_view", "sign_in_try"}
"""Who looked and who guessed is written down, whatever came of it."""


class Trace:
    """How often a row was written, moved or taken in a change that was kept: triggers count it in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.engine.begin() as connection:
            connection.execute(text("CREATE TABLE trace (place TEXT PRIMARY KEY, count INTEGER)"))
            if not store.is_sqlite:
                connection.execute(text(_COUNTED))
            for table in tables.Base.metadata.tables:
                if table not in WRITTEN_ALSO_WHEN_REFUSED:
                    connection.execute(text("INSERT INTO trace VALUES (:place, 0)"), {"place": table})
                    for trigger in _triggers(table, store.is_sqlite):
                        connection.execute(text(trigger))
        self.seen = self.counts()

    def counts(self) -> dict[str, int]:
        with self._store.read() as connection:
            return {row.place: row.count_of for row in connection.execute(_TRACE)}

    def since(self) -> list[str]:
        """The tables that were written since it was asked last."""
        with self._store.read() as connection:
            if connection.execute(_IN_ALL).scalar_one() == sum(self.seen.values()):  # counts only grow
                return []
        before, self.seen = self.seen, self.counts()
        return [table for table, count in self.seen.items() if count != before[table]]


_IN_ALL = text("SELECT sum(count) FROM trace")
_TRACE = text("SELECT place, count AS count_of FROM trace")
_COUNTED = """CREATE FUNCTION counted() RETURNS trigger AS $$ BEGIN
UPDATE trace SET count = count + 1 WHERE place = TG_TABLE_NAME; RETURN NULL; END $$ LANGUAGE plpgsql"""


def _triggers(table: str, is_sqlite: bool) -> Iterator[str]:
    if not is_sqlite:
        each = f"INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW"
        yield f"CREATE TRIGGER trace AFTER {each} EXECUTE FUNCTION counted()"
        return
    for event in ("INSERT", "UPDATE", "DELETE"):
        counted = f"UPDATE trace SET count = count + 1 WHERE place = '{table}'"
        yield f"CREATE TRIGGER trace_{table}_{event} AFTER {event} ON {table} BEGIN {counted}; END"


EVERYWHERE = ("lang", "next")
"""What the common road of all pages reads; all misfits are tried on the first pages, some on each, both at once."""


T = TypeVar("T")
ONLY_HERE: tuple[object, ...] = ("99999999999999999999", NUL, "0001-01-01", "9" * 4400, 10**20, {"a": {"b": [1]}})
"""What PostgreSQL refuses and SQLite takes, or the other way round, beside what is no text."""


def some(site: Site, values: Sequence[T]) -> Sequence[T]:
    if site.tries_all:
        return values
    return [each for each in values if each in ONLY_HERE or (isinstance(each, str) and "\ud800" in each)]


def ask(site: Site, who: str, method: str, path: str, **sent: Any) -> str | None:
    """One request; a line when it ended in a fault, or was refused and left a trace.

    `text`: a body as it is; `json`: also what no client would send.
    """
    if "data" in sent and who in site.csrf:
        sent["data"] = {"csrf_token": site.csrf[who], **sent["data"]}
    if "json" in sent:
        sent["text"] = json.dumps(sent.pop("json"))
    if "text" in sent:
        sent = {"content_type": "application/json", "data": sent.pop("text"), **sent}
        sent["headers"] = {"X-CSRFToken": site.csrf.get(who, ""), "Accept": "application/json"}
    answer: TestResponse = site.clients[who].open(path, method=method, **sent)
    answer.get_data()
    written = site.trace.since()
    if answer.status_code < 400 or (answer.status_code < 500 and not written):
        return None
    return f"{who} {method} {path[:120]} {str(sent)[:300]} {answer.status_code} {written}"


def hands(site: Site, rule: Rule) -> Sequence[str]:
    """Who asks: everyone; on PostgreSQL only those whom the door lets through to the database with that value."""
    if site.tries_all:
        return list(site.clients)
    return ["admin"] if rule.endpoint.startswith("counter.") else ["nobody", "kiosk"]


def in_addresses(site: Site) -> Iterator[str | None]:
    """Where no route takes the address, one of each screen stands for all: there is only one way to say so."""
    routes = site.app.url_map.bind("localhost")
    lost: set[tuple[object, ...]] = set()
    for rule in rules(site.app, "GET", "POST", "DELETE"):
        known = site.known(rule)
        for method in {"GET", "POST", "DELETE"}.intersection(rule.methods or ()):
            for who in hands(site, rule):
                for name in rule.arguments:
                    for value in some(site, [*MISFITS[:4], MISFITS[6]] if who == "admin" else MISFITS[:3:2]):
                        path = address(rule, {**known, name: value})
                        if not routes.test(unquote(path), method):
                            kind = (who, method, value, f"<int:{name}>" in rule.rule, rule.endpoint.split(".")[0])
                            if kind in lost and not site.tries_each:
                                continue
                            lost.add(kind)
                        yield ask(site, who, method, path)


def in_queries(site: Site) -> Iterator[str | None]:
    pages = rules(site.app, "GET")
    asked = queries([site.app.view_functions[rule.endpoint] for rule in pages])
    for place, (rule, names) in enumerate(zip(pages, asked, strict=True)):
        path = address(rule, site.known(rule))
        if place <= 12:
            names.update(EVERYWHERE)
        for who in ("nobody", "admin"):
            for name in sorted(names):
                for value in some(site, MISFITS if who == "admin" else MISFITS[:2]):
                    yield ask(site, who, "GET", path, query_string={name: value})
            if place > 12 and site.tries_all:
                for value in MISFITS[:2]:
                    yield ask(site, who, "GET", path, query_string=dict.fromkeys(EVERYWHERE, value))


def in_bodies(site: Site) -> Iterator[str | None]:
    for rule in rules(site.app, "POST"):
        if rule.endpoint == "counter.sign_out":
            continue
        path = address(rule, site.known(rule))
        known = models(site.app.view_functions[rule.endpoint])
        for who in ("nobody", "kiosk", "officer", "admin"):
            if site.tries_all:  # they are refused before any database is asked
                yield from _raw_bodies(site, who, path)
            may = who in ("kiosk", "admin") and site.clients[who].post(path).status_code not in (401, 403)
            site.trace.since()
            if may:
                for model in known:
                    yield from _bodies(site, who, path, model)
        for name in FILES if any(word in rule.rule for word in ("import", "logo", "media", "voice")) else ():
            for content in (b"", b"a=" + b"[" * 5000, b"\x00" * 99, "🙂".encode() * 99):
                yield ask(site, "admin", "POST", path, data={name: (BytesIO(content), "².toml")})


def _raw_bodies(site: Site, who: str, path: str) -> Iterator[str | None]:
    for body in ("[" * 5000, '{"a":' * 5000, "1", "[null]", '{"a": NaN}') if who == "admin" else ("[" * 5000,):
        yield ask(site, who, "POST", path, text=body)
    yield ask(site, who, "POST", path, text="f=1&" * 4000, content_type="application/x-www-form-urlencoded")


def _bodies(site: Site, who: str, path: str, model: type[BaseModel]) -> Iterator[str | None]:
    """Every value in the first field; in the others every one that the model takes, and one of each kind of refusal."""
    base = plausible(model)
    flat = {f"{k}[]" if isinstance(v, list) else k: v for k, v in base.items() if v not in ([], {})}

    def unlike(refused: set[object], name: str, values: Sequence[object]) -> Iterator[object]:
        for value in values:
            why = refusal(model, name, {**base, name: value})
            if why is None or why not in refused or site.tries_each or name == next(iter(model.model_fields)):
                refused.add(why)
                yield value

    in_form, in_json = set[object](), set[object]()
    for name in model.model_fields:
        for value in unlike(in_form, name, some(site, MISFITS[:6])):
            yield ask(site, who, "POST", path, data={**flat, name: value}, headers={"Accept": "application/json"})
        for key in (f"{name}-0-x", f"{name}.x.y") if site.tries_all else ():  # how a form is read asks no database
            yield ask(site, who, "POST", path, data={**flat, key: "true"})
        for odd in unlike(in_json, name, some(site, JSON_MISFITS)):
            yield ask(site, who, "POST", path, json={**base, name: odd})


@pytest.mark.parametrize("sweep", [in_addresses, in_queries, in_bodies])
def test_no_odd_value_ends_in_a_fault_or_stays_behind(
    site: Site, sweep: Callable[[Site], Iterator[str | None]]
) -> None:
    faults = [line for line in sweep(site) if line is not None]

    assert faults == []
    kept = [row for rows in dump(site.uji.store).values() for row in rows if "\\x00" in row or "\\ud8" in row]
    assert kept == []
    assert site.clients["admin"].get("/uji/counter/setup").status_code == 200


def test_every_number_that_a_form_takes_has_bounds() -> None:
    """`int` alone takes what no database column holds."""
    outside = ("counter.", "kiosk.", "display.", "shared.engine.", "shared.web.")
    forms = [each for each in _every(BaseModel) if each.__module__.startswith(outside) and each is not Settings]
    forms = [each for each in forms if not issubclass(each, Answer)]

    unbounded = [
        (model.__name__, name)
        for model in forms
        for name, about in _properties(model)
        for one in (about, *about.get("anyOf", ()), about.get("items", {}))
        if one.get("type") in ("integer", "number") and "maximum" not in one
    ]

    assert unbounded == []


def _every(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _every(each)


def _properties(model: type[BaseModel]) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {}).items()


def test_a_text_that_is_too_long_is_told_and_not_cut(site: Site) -> None:
    form = {"csrf_token": site.csrf["admin"], "text": "x" * 201, "minutes": "30"}

    answer = site.clients["admin"].post("/uji/counter/supervisor/message", data=form)

    assert answer.status_code == 400
    assert "Paling banyak 200 huruf." in answer.text
    assert 'value="xxx' in answer.text, "what was typed is still there"
