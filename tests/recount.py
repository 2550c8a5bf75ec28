"""The figures of a report counted in another way: from the rows of the database by plain SQL, with nothing of the
program's own reckoning. Durations in seconds; `None`: nothing to say.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from shared.standards import holidays, regions

Figure = str | float | None
Rows = list[list[Figure]]
WIB = timedelta(hours=7)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
SIGNED = {"2026-07": datetime(2026, 8, 3, 2, 0, tzinfo=UTC)}
STOOD = """
    SELECT *, CASE WHEN lead(action) OVER own = 'undo' THEN 1 ELSE 0 END AS is_undone FROM event
    WHERE office_id = :office AND {which} WINDOW own AS (PARTITION BY {which_id} ORDER BY id)
"""
"""The events of tickets, or of files, each with whether the next one took it back."""


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def seconds(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds())


def middle(values: Iterable[int]) -> float | None:
    known = sorted(values)
    return float(median(known)) if known else None


def ninety(values: Iterable[int]) -> int | None:
    """The smallest that 90 % of them do not exceed."""
    known = sorted(values)
    return next((each for n, each in enumerate(known, 1) if 10 * n >= 9 * len(known)), None)


def share(part: int, of: int) -> float | None:
    return part / of if of else None


@dataclass
class Call:
    at: datetime
    queued_at: datetime | None
    counter: str
    officer: str
    started_at: datetime | None = None
    left_at: datetime | None = None
    is_missed: bool = False


@dataclass
class Visited:
    service: str
    on_day: str
    taken_at: datetime
    quote: tuple[int, int, float] | None
    state: str = "waiting"
    flags: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    entered_at: datetime | None = None

    @property
    def local(self) -> datetime:
        return self.taken_at + WIB

    @property
    def wait(self) -> int | None:
        return seconds(self.taken_at, self.calls[0].at) if self.calls else None

    @property
    def served(self) -> int | None:
        times = [seconds(one.started_at, one.left_at) for one in self.calls if one.started_at and one.left_at]
        return sum(times) if times else None

    @property
    def end(self) -> str:
        if any(one.started_at for one in self.calls):
            return "served"
        if any(one.is_missed for one in self.calls):
            return "missed"
        return self.state if self.state in ("cancelled", "expired") else "here"


class Recount:
    """One office's rows, and what they come to in a period."""

    def __init__(self, database: Path, office: int, names: dict[int, str], steps: dict[int, dict[str, str]]) -> None:
        self.database, self.office, self.names, self.steps = database, office, names, steps
        self.visits = self._visits()
        self.acts = self._acts()
        self.files = {row["id"]: row for row in self.ask("SELECT * FROM case_file WHERE office_id = :office")}
        self.hours = self.ask("SELECT * FROM hours WHERE office_id = :office")

    def ask(self, sql: str, **more: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, {"office": self.office, **more})]

    def _visits(self) -> list[Visited]:
        rows = self.ask(
            "SELECT e.*, t.service_id, t.on_day, t.lane, t.estimate_s, t.quote_low, t.quote_high, c.name AS counter, "
            f"o.name AS officer FROM ({STOOD.format(which='ticket_id IS NOT NULL', which_id='ticket_id')}) e "
            "JOIN ticket t ON t.id = e.ticket_id LEFT JOIN counter c ON c.id = e.counter_id "
            "LEFT JOIN officer o ON o.id = e.officer_id "
            "WHERE e.action <> 'undo' AND e.is_undone = 0 ORDER BY e.ticket_id, e.id"
        )
        found: dict[int, Visited] = {}
        queued: dict[int, datetime | None] = {}
        for row in rows:
            key, moment, action = row["ticket_id"], at(row["at"]), row["action"]
            assert moment is not None
            if key not in found:
                promised = row["estimate_s"], row["quote_low"], row["quote_high"]
                quote = None if None in promised else (row["quote_low"], row["quote_high"], row["estimate_s"])
                found[key] = Visited(self.names[row["service_id"]], row["on_day"], moment, quote)
                found[key].flags |= {"priority"} if "priority" in (row["lane"], row["reason"]) else set()
                found[key].flags |= {"returning"} if row["case_id"] else set()
                queued[key] = moment
                continue
            one = found[key]
            one.state = row["to_state"] or one.state
            if action == "walk_in":
                one.flags.add("walk_in")
            elif action == "late_entry":
                one.entered_at = moment
            elif action == "call":
                where, who = row["counter"] or "Di luar loket", row["officer"] or "Tanpa petugas"
                one.calls.append(Call(moment, queued[key], where, who))
                queued[key] = None
            elif action == "release":
                queued[key] = one.calls.pop().queued_at
            elif one.calls:
                here = one.calls[-1]
                if action == "start":
                    here.started_at = here.started_at or moment
                elif action == "miss":
                    here.is_missed = True
                elif action in ("finish", "hold", "transfer", "pass_on", "process") and row["reason"] != "close_day":
                    here.left_at = here.left_at or moment
            if row["to_state"] == "waiting" and action != "release":
                queued[key] = moment
        return list(found.values())

    def _acts(self) -> dict[int, list[dict[str, Any]]]:
        """File -> its acts that stood."""
        which = STOOD.format(which="case_id IS NOT NULL AND ticket_id IS NULL", which_id="case_id")
        found: dict[int, list[dict[str, Any]]] = {}
        for row in self.ask(f"SELECT * FROM ({which}) WHERE action <> 'undo' AND is_undone = 0 ORDER BY id"):
            row["moment"], row["said"] = at(row["at"]), json.loads(row["detail"] or "{}") or {}
            found.setdefault(row["case_id"], []).append(row)
        return found

    # --- visits ---

    def of_days(self, first: date, last: date) -> list[Visited]:
        mine = []
        for one in self.visits:
            closed, stands_on = SIGNED.get(one.on_day[:7]), one.on_day
            if one.entered_at and closed and one.entered_at > closed:
                stands_on = (one.entered_at + WIB).date().isoformat()
                one.flags.add("late")
            if first.isoformat() <= stands_on <= last.isoformat():
                mine.append(one)
        return mine

    @staticmethod
    def visit_line(visits: Sequence[Visited]) -> list[Figure]:
        ends = Counter(one.end for one in visits)
        flags = [sum(flag in one.flags for one in visits) for flag in ("priority", "walk_in")]
        waits = [one.wait for one in visits if one.wait is not None]
        served = [one.served for one in visits if one.served is not None]
        counts = [ends[end] for end in ("served", "missed", "cancelled", "expired", "here")]
        spreads = [middle(waits), ninety(waits), middle(served), ninety(served)]
        return [len(visits), sum(bool(one.calls) for one in visits), *counts, *flags, *spreads]

    def visit_table(self, visits: Sequence[Visited], key: Callable[[Visited], str], order: Iterable[str]) -> Rows:
        lines: Rows = []
        for name in order:
            mine = [one for one in visits if key(one) == name]
            lines += [[name, *self.visit_line(mine)]] if mine else []
        return [*lines, ["Jumlah", *self.visit_line(visits)]]

    @staticmethod
    def call_table(visits: Sequence[Visited], key: Callable[[Call], str]) -> Rows:
        calls = [call for one in visits for call in one.calls]
        lines: Rows = []
        for name in sorted({key(call) for call in calls}):
            mine = [call for call in calls if key(call) == name]
            waits = [seconds(call.queued_at, call.at) for call in mine if call.queued_at]
            served = [seconds(call.started_at, call.left_at) for call in mine if call.started_at and call.left_at]
            counts = [len(mine), sum(bool(call.started_at) for call in mine), sum(call.is_missed for call in mine)]
            lines.append([name, *counts, middle(waits), ninety(waits), middle(served), ninety(served)])
        return lines

    @staticmethod
    def promised(visits: Sequence[Visited]) -> list[Figure]:
        """How many, mean and median of how far off, mean with its sign, within 10 minutes, longer than promised."""
        kept = [(one.quote, one.wait) for one in visits if one.quote and one.wait is not None]
        if not kept:
            return [None] * 6
        off = [quote[2] - wait for quote, wait in kept]
        within = sum(abs(each) <= 600 for each in off)
        beyond = sum(wait > quote[1] * 60 for quote, wait in kept)
        apart = [abs(each) for each in off]
        return [len(off), sum(apart) / len(off), float(median(apart)), sum(off) / len(off), within / len(off),
                beyond / len(off)]  # fmt: skip

    # --- files ---

    def worked(self, since: datetime, until: datetime) -> int:
        """Working seconds between two moments, from the hours that are written down."""
        total, day = timedelta(), (since + WIB).date()
        while day <= (until + WIB).date():
            row = next((each for each in self.hours if each["weekday"] == day.weekday()), None)
            if row is not None and day not in holidays():
                edges = [datetime.fromisoformat(f"{day} {row[name]}").replace(tzinfo=UTC) - WIB
                         for name in ("opens", "break_from", "break_until", "closes")]  # fmt: skip
                for begins, ends in (edges[:2], edges[2:]):
                    total += max(min(ends, until) - max(begins, since), timedelta())
            day += timedelta(days=1)
        return int(total.total_seconds())

    def ended(self, case: int) -> datetime | None:
        done = [act["moment"] for act in self.acts.get(case, ()) if act["to_state"] == "completed" != act["from_state"]]
        return done[-1] if done else None

    def ready(self, case: int) -> datetime | None:
        """When it came last to the desk that hands over; when it ended, where no such desk is on its way."""
        came = [act["moment"] for act in self.acts.get(case, ()) if act["said"].get("step") != "handover"
                and act["said"].get("to_step") == "handover"]  # fmt: skip
        return came[-1] if came else self.ended(case)

    def rested(self, case: int, since: datetime, until: datetime) -> int:
        """Working seconds in which it was paused, by its events."""
        total, began = 0, None
        for act in self.acts[case]:
            if act["to_state"] == "paused" and act["from_state"] != "paused":
                began = act["moment"]
            elif began and act["from_state"] == "paused" != act["to_state"]:
                total += self.worked(max(began, since), min(act["moment"], until))
                began = None
        return total

    def accepted(self, case: int) -> datetime | None:
        """When the promise that holds began: at the last acceptance."""
        times = [act["moment"] for act in self.acts.get(case, ()) if act["action"] == "accept"]
        return times[-1] if times else None

    def standing(self, case: int, ends: datetime) -> tuple[str | None, str | None]:
        """State and step before `ends`."""
        before = [act for act in self.acts.get(case, ()) if act["moment"] < ends]
        states = [act["to_state"] for act in before if act["to_state"]]
        steps = [act["said"].get("to_step") for act in before if act["said"].get("step")]
        return (states[-1] if states else None), (steps[-1] if steps else None)

    def file_line(self, cases: Iterable[int], begins: datetime, ends: datetime) -> list[Figure]:
        acts = [act for case in cases for act in self.acts.get(case, ()) if begins <= act["moment"] < ends]
        moved = Counter(act["action"] for act in acts)
        first = [act for case in cases for act in self.acts.get(case, ()) if act["action"] == "accept"]
        came = {act["case_id"] for act in first} - {act["case_id"] for act in first if act["moment"] < begins}
        came &= {act["case_id"] for act in acts if act["action"] == "accept"}
        done = [case for case in cases if (end := self.ended(case)) and begins <= end < ends]
        gross = [case for case in done if self.ready(case) <= at(self.files[case]["due_at"])]  # type: ignore[operator]
        nets = {case: self._net(case) for case in done}
        net = [case for case in done if case in gross or nets[case] <= self._promise(case)]
        open_ = [case for case in cases if self._is_open(case, ends)]
        waits = [case for case in open_ if self.standing(case, ends)[1] == "handover"]
        late = [case for case in open_ if case not in waits and at(self.files[case]["due_at"]) < ends]  # type: ignore[operator]
        paid = self.ask(
            "SELECT count(*) AS n, sum(fee) AS fees FROM case_file WHERE office_id = :office AND paid_at >= :begins "
            "AND paid_at < :ends AND id IN (SELECT value FROM json_each(:cases))",
            begins=f"{begins:%F %T}", ends=f"{ends:%F %T}", cases=json.dumps(list(cases)),
        )[0]  # fmt: skip
        counts = [len(came), moved["return_to_applicant"], moved["refuse"], moved["withdraw"], len(done), len(gross),
                  len(net), 0, len(open_), len(late), len(waits), paid["n"], paid["fees"] or 0]  # fmt: skip
        return [*counts, middle(nets.values()), ninety(nets.values())]

    def _net(self, case: int) -> int:
        since, until = self.accepted(case), self.ready(case)
        assert since is not None
        assert until is not None
        return self.worked(since, until) - self.rested(case, since, until)

    def _promise(self, case: int) -> int:
        """The working time that was promised: one working day after the day of acceptance, to its close."""
        since = self.accepted(case)
        assert since is not None
        day = (since + WIB).date() + timedelta(days=1)
        while day.weekday() > 4 or day in holidays():
            day += timedelta(days=1)
        closes = next(each["closes"] for each in self.hours if each["weekday"] == day.weekday())
        return self.worked(since, datetime.fromisoformat(f"{day} {closes}").replace(tzinfo=UTC) - WIB)

    def _is_open(self, case: int, ends: datetime) -> bool:
        state, step = self.standing(case, ends)
        return state in ("open", "paused") and step is not None

    def ages(self, ends: datetime) -> Rows:
        names, edges = ("0–1", "2–7", "8–14", "15–30", "≥ 31"), (2, 8, 15, 31)
        lines: list[list[Any]] = [[name, 0, 0] for name in names]
        for case in self.files:
            if self._is_open(case, ends):
                since = self.accepted(case)
                assert since is not None
                place = sum((ends - since).days >= edge for edge in edges)
                lines[place][1 + (self.standing(case, ends)[1] == "handover")] += 1
        total = ["Jumlah", *(sum(line[n] for line in lines) for n in (1, 2))]
        return [*lines, total] if any(total[1:]) else []

    def villages(self, begins: datetime, ends: datetime) -> Rows:
        """By what the register says: the newest amendment, unless the data was corrected after it."""
        rows = self.ask(
            "SELECT a.case_id, min(a.at) AS at, coalesce((SELECT r.becomes FROM register_amendment r "
            "WHERE r.case_id = a.case_id AND r.column_key = 'village' AND NOT EXISTS (SELECT 1 FROM event e, "
            "json_each(e.detail, '$.changes') c WHERE e.case_id = r.case_id AND c.value ->> 0 = 'village' "
            "AND e.at > r.at) ORDER BY r.id DESC LIMIT 1), f.applicant ->> 'village', '') AS village "
            "FROM event a JOIN case_file f ON f.id = a.case_id "
            "WHERE a.office_id = :office AND a.action = 'accept' GROUP BY a.case_id"
        )
        known = {v.code: v.name for d in regions() for v in d.villages} | {"": "tidak diketahui"}
        tidy = {" ".join(name.split()).casefold(): name for name in known.values()}
        counted: Counter[str] = Counter()
        for row in rows:
            if begins <= (at(row["at"]) or ends) < ends:
                name = known.get(row["village"], row["village"])
                counted[tidy.get(" ".join(name.split()).casefold(), name)] += 1
        lines: Rows = [[name, count] for name, count in counted.items()]
        return [*lines, ["Jumlah", sum(counted.values())]] if lines else []

    def step_table(self, begins: datetime, ends: datetime) -> Rows:
        lay: dict[tuple[int, str], list[int]] = {}
        for case, acts in self.acts.items():
            here, since = None, None
            for act in acts:
                step, to_step = act["said"].get("step"), act["said"].get("to_step")
                is_away = act["to_state"] in ("returned", "withdrawn", "refused")
                if step is None or (step == to_step and not is_away):
                    continue
                if here == step and since is not None and begins <= act["moment"] < ends:
                    key = self.files[case]["service_id"], step
                    lay.setdefault(key, []).append(self.worked(since, act["moment"]))
                here, since = (None if is_away else to_step), act["moment"]
        return [
            [self.names[service], title, len(lay[service, key]), middle(lay[service, key]), ninety(lay[service, key])]
            for service, titles in self.steps.items()
            for key, title in titles.items()
            if (service, key) in lay
        ]

    def reasons(self, begins: datetime, ends: datetime) -> Counter[tuple[str, str]]:
        names = {"return_to_applicant": "Dikembalikan", "withdraw": "Ditarik", "pause": "Ditunda"}
        acts = [act for acts in self.acts.values() for act in acts if begins <= act["moment"] < ends]
        reasons = {"oss_down": "OSS sedang gangguan", "power_cut": "Listrik padam"}
        told = ((names.get(act["action"]), act["reason"]) for act in acts)
        return Counter((name, reasons.get(why, why)) for name, why in told if name)

    # --- the rest ---

    def disturbed(self, begins: datetime, ends: datetime) -> list[int]:
        """Minutes of each outage, cut to the period."""
        rows = self.ask("SELECT from_at, until_at FROM outage WHERE office_id = :office")
        cut = [(max(at(row["from_at"]) or begins, begins), min(at(row["until_at"]) or ends, ends)) for row in rows]
        return [seconds(since, until) for since, until in cut if since < until]

    def complaints(self, begins: datetime, ends: datetime, now: datetime) -> dict[str, Any]:
        span = {"begins": f"{begins:%F %T}", "ends": f"{ends:%F %T}", "now": f"{now:%F %T}"}
        mine = "FROM complaint WHERE office_id = :office AND received_at >= :begins AND received_at < :ends"
        asked = {
            "total": f"SELECT count(*) {mine}",
            "answered": f"SELECT count(*) {mine} AND answered_at IS NOT NULL",
            "in_time": f"SELECT count(*) {mine} AND answered_at <= answer_by",
            "late": f"SELECT count(*) {mine} AND state IN ('received', 'verified') AND answer_by < :now",
        }
        found = {key: next(iter(self.ask(sql, **span)[0].values())) for key, sql in asked.items()}
        grouped = self.ask(f"SELECT kind, state, count(*) AS n {mine} GROUP BY kind, state", **span)
        return found | {"by": {(row["kind"], row["state"]): row["n"] for row in grouped}}

    def late(self, first: date, last: date) -> Rows:
        """What was entered after its month had been signed: when taken, for what, entered on which day."""
        late = [one for one in self.of_days(first, last) if "late" in one.flags]
        return [[f"{one.local:%d-%m-%Y %H.%M}", one.service, f"{(one.entered_at or one.taken_at) + WIB:%d-%m-%Y}"]
                for one in late]  # fmt: skip

    def troubles(self, first: date, last: date) -> Rows:
        """Outages, closures by hand until they were taken back, holidays."""
        begins, ends = span(first, last)
        outages = self.ask("SELECT system, from_at, until_at FROM outage WHERE office_id = :office ORDER BY from_at")
        lines: Rows = []
        for row in outages:
            since, until = max(at(row["from_at"]) or begins, begins), min(at(row["until_at"]) or ends, ends)
            lines += [["Gangguan sistem", told(since), told(until), row["system"].upper()]] if since < until else []
        closures = self.ask(
            "SELECT at, reason, detail ->> 'service' AS service, (SELECT min(at) FROM event n WHERE n.id > e.id "
            "AND n.office_id = e.office_id AND n.action = 'force_end' AND n.detail IS e.detail) AS until_at "
            "FROM event e WHERE office_id = :office AND action = 'force_close' ORDER BY id"
        )
        for row in closures:
            what = "Ditutup" + (": KTP-el" if row["service"] == "ktp-el" else "")
            is_here = begins <= (at(row["at"]) or ends) < ends
            lines += [[what, told(at(row["at"])), told(at(row["until_at"])), row["reason"]]] if is_here else []
        free = [(day, name) for day, name in sorted(holidays().items()) if first <= day <= last]
        return [*lines, *([["Libur", f"{day:%d-%m-%Y}", f"{day:%d-%m-%Y}", name] for day, name in free])]

    def summary(self, first: date, last: date, now: datetime) -> list[tuple[str, str, Figure]]:
        """Label, kind and figure of each line."""
        begins, ends = span(first, last)
        visits, files = self.of_days(first, last), self.file_line(list(self.files), begins, ends)
        line, promised = self.visit_line(visits), self.promised(visits)
        said, lasted = self.complaints(begins, ends, now), self.disturbed(begins, ends)
        closed = self.ask(
            "SELECT count(*) AS n FROM event WHERE office_id = :office AND action = 'force_close' "
            "AND at >= :begins AND at < :ends", begins=f"{begins:%F %T}", ends=f"{ends:%F %T}"
        )[0]["n"]  # fmt: skip
        done = int(files[4] or 0)
        kept = None if promised[5] is None else 1 - float(promised[5])
        return [
            ("Nomor diambil", "n", line[0]), ("Dipanggil", "n", line[1]), ("Dilayani", "n", line[2]),
            ("Tidak hadir", "n", line[3]), ("Dibatalkan", "n", line[4]), ("Tidak terlayani", "n", line[5]),
            ("Prioritas", "n", line[7]), ("Lewat petugas", "n", line[8]),
            ("Datang untuk berkasnya", "n", sum("returning" in one.flags for one in visits)),
            ("Menunggu, median (menit)", "min", line[9]), ("Menunggu, 90 % (menit)", "min", line[10]),
            ("Dilayani, median (menit)", "min", line[11]), ("Dilayani, 90 % (menit)", "min", line[12]),
            ("Perkiraan tunggu ditepati", "%", kept),
            ("Berkas masuk", "n", files[0]), ("Dikembalikan", "n", files[1]), ("Ditolak", "n", files[2]),
            ("Ditarik", "n", files[3]), ("Selesai", "n", files[4]),
            ("Tepat janji, kotor", "%", share(int(files[5] or 0), done)),
            ("Tepat janji, bersih", "%", share(int(files[6] or 0), done)),
            ("Berkas terbuka", "n", files[8]), ("Terlambat", "n", files[9]), ("Belum diambil", "n", files[10]),
            ("Biaya diterima", "Rp", files[12]),
            ("Pengaduan masuk", "n", said["total"]),
            ("Pengaduan dijawab tepat waktu", "%", share(said["in_time"], said["answered"])),
            ("Pengaduan lewat waktu", "n", said["late"]), ("Indeks Kepuasan Masyarakat", "n", None),
            ("Gangguan sistem", "n", len(lasted)), ("Gangguan sistem (menit)", "n", round(sum(lasted) / 60)),
            ("Penutupan", "n", closed),
        ]  # fmt: skip


def told(moment: datetime | None) -> str:
    return f"{moment + WIB:%d-%m-%Y %H.%M}" if moment else ""


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in Lumajang."""
    return tuple(datetime(day.year, day.month, day.day, tzinfo=UTC) - WIB for day in (first, last + timedelta(days=1)))  # type: ignore[return-value]


@cache
def known(database: Path, office: int, names: tuple[tuple[int, str], ...], steps: str) -> Recount:
    titles = {int(key): value for key, value in json.loads(steps).items()}
    return Recount(database, office, dict(names), titles)


# --- as people read them ---


def _read(day: re.Match[str]) -> str:
    month = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"][int(day[2]) - 1]
    return f"{int(day[1])} {month} {day[3]}" + (", " if day[4] else "")


def shown(figure: Figure, kind: str) -> str:
    if figure is None:
        return "–"
    if isinstance(figure, str):
        return re.sub(r"(\d\d)-(\d\d)-(\d{4})( )?", _read, figure)
    value, whole = Decimal(repr(figure)), Decimal(1)
    match kind:
        case "min" | "h":
            tenths = (value / (60 if kind == "min" else 3600)).quantize(Decimal("0.1"), ROUND_HALF_UP)
            return f"{tenths}".replace(".", ",").replace("-", "−").replace("−0,0", "0,0")
        case "%":
            return f"{(value * 100).quantize(whole, ROUND_HALF_UP)} %"
        case "±":
            per_cent = (value * 100).quantize(whole, ROUND_HALF_UP)
            return f"{'+' if per_cent > 0 else '−' if per_cent < 0 else ''}{abs(per_cent)} %"
        case "Rp":
            return f"Rp{int(value):,}".replace(",", ".")
    return f"{int(value):,}".replace(",", ".")
