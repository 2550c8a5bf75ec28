"""Plants years of history into an office: tickets, their events and slips, files, as the program leaves them.

Each table is filled by one statement of the database itself, on SQLite and on PostgreSQL; its indexes are made anew
afterwards. The shapes are those of the newest real visit. What the nights take away is gone: of tickets older than
`KEPT_DAYS` the address of their page, of slips older than a month the words,
the applicants of old files and who looked at them.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import make_url

from shared.bench.installation import Installation, nonces, served
from shared.bench.load import RawClient, post
from shared.domain.retention import START_DAYS, DataClass

DAYS, A_DAY = 2500, 250
"""The days of ten years, and the visitors of the usual office on each; more than that are more visitors a day."""
KEPT_DAYS = START_DAYS[DataClass.TICKET]
WORDS_DAYS = 30
VISIT = (("take", 0), ("call", 600), ("start", 630), ("finish", 1200))
"""What happens to one ticket, and how many seconds after it was taken."""
FILE_EVERY = 20
"""Every so many visits bring a file."""
FILE_STEPS = ("accept", *["advance"] * 7, "hand_over")
TABLES = ("ticket", "event", "print_job", "case_file", "data_view")
OPENS_S = 3600
"""08.00 in Jakarta, in seconds of the day in UTC."""


class Sql:
    """A database, asked by statements that both understand; `moment` and `random` say what they do not share."""

    moment: str
    day: str
    random: str

    def run(self, statement: str) -> list[tuple[object, ...]]:
        raise NotImplementedError

    def numbers(self, last: int) -> str:
        """A table `many(n)` of 1 .. last."""
        raise NotImplementedError

    def columns(self, table: str) -> Sequence[str]:
        raise NotImplementedError

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Nothing is waited for, no index is kept up; all indexes are there again afterwards."""
        raise NotImplementedError

    def number(self, statement: str) -> int:
        return int(str(self.run(statement)[0][0] or 0))


class Sqlite(Sql):
    moment = "strftime('%Y-%m-%d %H:%M:%S', {}, 'unixepoch') || '.000000'"
    day = "date({}, 'unixepoch')"
    random = "lower(hex(randomblob(11)))"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, statement: str) -> list[tuple[object, ...]]:
        return self._connection.execute(statement).fetchall()

    def numbers(self, last: int) -> str:
        count = f"SELECT 1 AS n UNION ALL SELECT n + 1 FROM many WHERE n < {last}"
        return f"(WITH RECURSIVE many(n) AS ({count}) SELECT n FROM many) AS many"

    def columns(self, table: str) -> Sequence[str]:
        return [str(row[1]) for row in self.run(f"PRAGMA table_info({table})")]

    @contextmanager
    def bulk(self) -> Iterator[None]:
        names = ", ".join(f"'{table}'" for table in TABLES)
        mine = f"type = 'index' AND sql IS NOT NULL AND tbl_name IN ({names})"
        indexes = self.run(f"SELECT name, sql FROM sqlite_schema WHERE {mine}")
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            self.run(f"PRAGMA {pragma}")
        self.run("BEGIN")
        for name, _ in indexes:
            self.run(f'DROP INDEX "{name}"')
        yield
        for _, statement in indexes:
            self.run(str(statement))
        self.run("COMMIT")
        self.run("PRAGMA journal_mode = WAL")


class Postgresql(Sql):
    moment = "to_timestamp({})"
    day = "(to_timestamp({}) AT TIME ZONE 'UTC')::date"
    random = "substr(md5(random()::text), 1, 22)"

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def run(self, statement: str) -> list[tuple[object, ...]]:
        done = self._connection.execute(statement.encode())
        return done.fetchall() if done.description else []

    def numbers(self, last: int) -> str:
        return f"generate_series(1, {last}) AS many(n)"

    def columns(self, table: str) -> Sequence[str]:
        ordered = "SELECT column_name FROM information_schema.columns WHERE table_name = '{}' ORDER BY ordinal_position"
        return [str(row[0]) for row in self.run(ordered.format(table))]

    @contextmanager
    def bulk(self) -> Iterator[None]:
        names = ", ".join(f"'{table}'" for table in TABLES)
        unique = self.run(
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE contype = 'u' AND conrelid::regclass::text IN ({names})"
        )
        for setting in ("session_replication_role = replica", "synchronous_commit = off"):
            self.run(f"SET {setting}")
        self.run("SET maintenance_work_mem = '1GB'")
        for table, name, _ in unique:
            self.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        mine = f"tablename IN ({names}) AND indexname NOT LIKE 'pk_%'"
        indexes = self.run(f"SELECT indexname, indexdef FROM pg_indexes WHERE {mine}")
        for name, _ in indexes:
            self.run(f"DROP INDEX {name}")
        yield
        for table, name, words in unique:
            self.run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {words}")
        for _, statement in indexes:
            self.run(str(statement))
        for table in TABLES:
            self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) + 1 FROM {table}))")
        self.run("VACUUM ANALYZE")  # as its own housekeeper does soon after
        self.run("CHECKPOINT")


@dataclass(frozen=True, slots=True)
class _Visits:
    """Who is planted: `tickets` numbers, `a_day` of them on each day that ends the day before yesterday."""

    tickets: int
    a_day: int
    first_s: int
    """The first day's midnight, in seconds since 1970."""
    today_s: int

    @property
    def day_s(self) -> str:
        return f"({self.first_s} + (n - 1) / {self.a_day} * 86400)"

    @property
    def taken_s(self) -> str:
        """Over seven hours from the opening on."""
        return f"({self.day_s} + {OPENS_S} + (n - 1) % {self.a_day} * 25200 / {self.a_day})"

    def is_older(self, days: int) -> str:
        return f"{self.day_s} < {self.today_s - days * 86400}"


def one_visit(installation: Installation) -> None:
    """A visitor comes, is called to every counter in turn and served at the last: each officer has sat down."""
    place = f"/{installation.office}"
    with served(installation) as serving:
        line = RawClient(serving.port)

        def click(path: str, token: str, body: str = "{}") -> int:
            status, said = line.ask(post(f"{place}/{path}", token, body))
            if status not in (200, 201):
                raise RuntimeError(f"{path}: {status} {said!r}")
            return int(json.loads(said)["id"])

        click("kiosk/tickets", installation.kiosk, json.dumps({"service": installation.service, "nonce": nonces()}))
        for number, token in enumerate(installation.officers, 1):
            ticket = click(f"counter/{number}/next", token)
            last = number == len(installation.officers)
            for action in ("start", "finish") if last else ("release",):
                click(f"counter/{number}/tickets/{ticket}/{action}", token)
        installation.clear_line()


def plant(url: str, tickets: int) -> None:
    """Writes `tickets` old tickets and all that belongs to them to the office of the newest ticket of all.

    No server may run on the database, and that ticket has to be served: its events are the pattern.
    """
    if url.startswith("sqlite"):
        path = str(make_url(url).database)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _plant(Sqlite(connection), tickets)
        with open(path, "rb") as file:
            os.fsync(file)  # or the first checkpoint of the measured server waits for gigabytes: 30 s and more
    else:
        uri = url.replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(uri, autocommit=True) as connected:
            _plant(Postgresql(connected), tickets)


def _plant(sql: Sql, tickets: int) -> None:
    a_day = max(A_DAY, tickets // DAYS)
    days = -(-tickets // a_day)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=days + 1)
    visits = _Visits(tickets, a_day, int(first.timestamp()), int(midnight.timestamp()))
    pattern = sql.number("SELECT max(ticket_id) FROM event WHERE action = 'finish'")
    begins = {table: sql.number(f"SELECT max(id) FROM {table}") for table in TABLES}
    office = sql.number(f"SELECT office_id FROM ticket WHERE id = {pattern}")
    version = sql.number(f"SELECT version FROM office WHERE id = {office}")
    seated = sql.run(f"SELECT officer_id FROM counter WHERE office_id = {office} AND officer_id IS NOT NULL")
    officers = sorted(int(str(row[0])) for row in seated)
    with sql.bulk():
        _tickets(sql, visits, pattern, begins["ticket"])
        _events(sql, visits, pattern, begins, version, officers)
        _slips(sql, visits, pattern, begins)
        _files(sql, visits, office, begins, version + len(VISIT) * tickets)
    last_version = version + len(VISIT) * tickets + len(FILE_STEPS) * (tickets // FILE_EVERY) + 1
    sql.run(f"UPDATE office SET version = {last_version}, epoch = '{last_version:016x}' WHERE id = {office}")
    _learned(sql, visits, office, days)


def _copy(sql: Sql, table: str, source: str, pattern: str, changed: Mapping[str, str]) -> None:
    """The row of `table` that `pattern` finds, once for each row of `source`; `changed`: column -> expression."""
    names = [name for name in sql.columns(table) if changed.get(name) != ""]
    values = ", ".join(changed.get(name, f"pattern.{name}") for name in names)
    one = f"(SELECT * FROM {table} WHERE {pattern} ORDER BY id DESC LIMIT 1) AS pattern"
    sql.run(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {source} CROSS JOIN {one}")


def _tickets(sql: Sql, visits: _Visits, pattern: int, begins: int) -> None:
    kept = f"CASE WHEN {visits.is_older(KEPT_DAYS)} THEN 'gone-' || ({begins} + n) ELSE {sql.random} END"
    state = "CASE WHEN n % 29 = 0 THEN 'expired' WHEN n % 31 = 0 THEN 'cancelled' ELSE 'done' END"
    taken = sql.moment.format(visits.taken_s)
    changed = {"id": f"{begins} + n", "on_day": sql.day.format(visits.day_s), "number": f"1 + (n - 1) % {visits.a_day}"}
    changed |= {"token": sql.random, "nonce": kept, "state": state, "taken_at": taken, "queued_at": taken}
    changed |= {"since_at": sql.moment.format(f"({visits.taken_s} + {VISIT[-1][1]})"), "note": "NULL"}
    _copy(sql, "ticket", sql.numbers(visits.tickets), f"id = {pattern}", changed)


def _events(
    sql: Sql, visits: _Visits, pattern: int, begins: Mapping[str, int], version: int, officers: Sequence[int]
) -> None:
    """In the order in which they happened, so that they lie in the table as they would."""
    count = len(VISIT)
    place = f"(m - 1) % {count}"
    visit = f"(SELECT n AS m, 1 + (n - 1) / {count} AS n FROM {sql.numbers(count * visits.tickets)}) AS many"
    later = " ".join(f"WHEN {each} THEN {later_s}" for each, (_, later_s) in enumerate(VISIT))
    changed = {"id": f"{begins['event']} + m", "version": f"{version} + m", "ticket_id": f"{begins['ticket']} + n"}
    changed["at"] = sql.moment.format(f"({visits.taken_s} + CASE {place} {later} END)")
    names = sql.columns("event")
    same = [name for name in names if name not in changed]
    if officers:
        whose = " ".join(f"WHEN {each} THEN {officer}" for each, officer in enumerate(officers))
        changed["officer_id"] = f"CASE WHEN {place} = 0 THEN NULL ELSE CASE n % {len(officers)} {whose} END END"
    values = ", ".join(changed.get(name, f"pattern.{name}") for name in names)
    order = " ".join(f"WHEN '{action}' THEN {each}" for each, (action, _) in enumerate(VISIT))
    newest = f"SELECT max(id) FROM event WHERE ticket_id = {pattern} GROUP BY action"
    patterns = f"SELECT CASE action {order} END AS place, {', '.join(same)} FROM event WHERE id IN ({newest})"
    sql.run(
        f"INSERT INTO event ({', '.join(names)}) SELECT {values} FROM {visit} "
        f"CROSS JOIN ({patterns}) AS pattern WHERE pattern.place = {place}"
    )


def _slips(sql: Sql, visits: _Visits, pattern: int, begins: Mapping[str, int]) -> None:
    old = visits.is_older(WORDS_DAYS)
    made, ended = sql.moment.format(visits.taken_s), sql.moment.format(f"({visits.taken_s} + 1)")
    changed = {"id": f"{begins['print_job']} + n", "ticket_id": f"{begins['ticket']} + n", "state": "'confirmed'"}
    changed |= {"made_at": made, "ended_at": ended, "expires_at": ended}
    changed["lines"] = f"CASE WHEN {old} THEN '[]' ELSE pattern.lines END"
    if isinstance(sql, Postgresql):
        changed["lines"] = f"CASE WHEN {old} THEN '[]'::json ELSE pattern.lines END"
    changed["emptied_at"] = f"CASE WHEN {old} THEN {ended} END"
    _copy(sql, "print_job", sql.numbers(visits.tickets), f"ticket_id = {pattern}", changed)


def _files(sql: Sql, visits: _Visits, office: int, begins: Mapping[str, int], version: int) -> None:
    """Completed files with the steps of their way, and a look at each."""
    files = visits.tickets // FILE_EVERY
    standards = sql.run(f"SELECT id, standard_id FROM service WHERE office_id = {office} ORDER BY id LIMIT 1")
    service, standard = standards[0]
    officer = sql.number(f"SELECT min(id) FROM officer WHERE office_id = {office}")
    of_visit = f"(SELECT n AS file, n * {FILE_EVERY} AS n FROM {sql.numbers(files)}) AS many"
    begun, ended = sql.moment.format(visits.taken_s), sql.moment.format(f"({visits.taken_s} + 7200)")
    name = '\'{"name": "Siti Contoh \' || file || \'", "village": "Ranuyoso", "phone": "0812"}\''
    steps = '{"steps": {"terima": {"documents": {"ktp": true, "kk": true}}}, "remarks": {}}'
    cast = "::json" if isinstance(sql, Postgresql) else ""
    is_erased = visits.is_older(START_DAYS[DataClass.APPLICANT] - 1)
    sought = f"CASE WHEN {is_erased} THEN '' ELSE 'siti contoh ' || file END || '\tranuyoso\t'"
    name = f'CASE WHEN {is_erased} THEN \'{{"village": "Ranuyoso"}}\' ELSE {name} END'
    nik = f"CASE WHEN {is_erased} THEN '' ELSE '3508' || (100000000000 + file) END"
    row = {
        "id": f"{begins['case_file']} + file", "office_id": office, "service_id": service, "standard_id": standard,
        "token": sql.random, "state": "'completed'", "step": "NULL", "register_year": 1900, "register_number": "file",
        "registered_at": begun, "nik": nik, "applicant": f"({name}){cast}", "sought": sought,
        "answers": f"'{{}}'{cast}", "matter": f"'{{}}'{cast}", "collected": f"'{steps}'{cast}", "opened_at": begun,
        "since_at": ended, "accepted_at": begun, "due_at": ended, "completed_at": ended, "pauses": f"'[]'{cast}",
    }  # fmt: skip
    _insert(sql, "case_file", row, of_visit)
    count = len(FILE_STEPS)
    which = f"1 + (n - 1) / {count}"
    steps_of_all = sql.numbers(count * files)
    of_file = f"(SELECT n AS m, {which} AS file, ({which}) * {FILE_EVERY} AS n FROM {steps_of_all}) AS many"
    actions = " ".join(f"WHEN {place} THEN '{action}'" for place, action in enumerate(FILE_STEPS))
    ticket_events = begins["event"] + len(VISIT) * visits.tickets
    event = {
        "id": f"{ticket_events} + m", "office_id": office, "version": f"{version} + m", "officer_id": officer,
        "at": sql.moment.format(f"({visits.taken_s} + (m - 1) % {count} * 900)"), "from_state": "'open'",
        "action": f"CASE (m - 1) % {count} {actions} END", "to_state": "'open'",
        "case_id": f"{begins['case_file']} + file",
    }  # fmt: skip
    _insert(sql, "event", event, of_file)
    kept_views = f"{of_visit} WHERE NOT {visits.is_older(START_DAYS[DataClass.VIEWS] - 1)}"
    look = {"id": f"{begins['data_view']} + file", "office_id": office, "case_id": f"{begins['case_file']} + file"}
    _insert(sql, "data_view", look | {"what": "'file'", "officer_id": officer, "at": begun}, kept_views)


def _insert(sql: Sql, table: str, row: Mapping[str, object], source: str) -> None:
    sql.run(f"INSERT INTO {table} ({', '.join(row)}) SELECT {', '.join(map(str, row.values()))} FROM {source}")


def _learned(sql: Sql, visits: _Visits, office: int, days: int) -> None:
    """What each evening taught: without it the first round of the clock would learn of all days at once."""
    one_a_day = f"(SELECT 1 + (n - 1) * {visits.a_day} AS n FROM {sql.numbers(days)}) AS many"
    day = sql.day.format(visits.day_s)
    sql.run(
        "INSERT INTO learned_day (office_id, on_day, visitors, q90) "
        f"SELECT {office}, {day}, n + {visits.a_day}, 1.5 FROM {one_a_day}"
    )
    number = f"{visits.a_day}"
    services = f"(SELECT service_id, role, series FROM ticket WHERE office_id = {office} ORDER BY id LIMIT 1)"
    sql.run(
        "INSERT INTO occupied_time (office_id, on_day, service_id, role, mean_s, observed_s, visitors) "
        f"SELECT {office}, {day}, kind.service_id, kind.role, 600, 600, {number} FROM {one_a_day}, {services} AS kind"
    )
    sql.run(
        "INSERT INTO series (office_id, on_day, letter, last_number) "
        f"SELECT {office}, {day}, kind.series, {number} FROM {one_a_day}, {services} AS kind"
    )
