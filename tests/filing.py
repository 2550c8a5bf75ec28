"""Leads files of any standard from the kiosk to the end over HTTP: each step by its role, with all that it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select
from world import MORNING

from shared.domain.actor import Actor
from shared.domain.files.file import File
from shared.domain.files.matter import products_of
from shared.domain.files.procedure import ENDS_STEP, FileAction, actions_for, find_step, first_desk
from shared.domain.standards.parts import DeclaredField, FieldKind, GroupField
from shared.domain.standards.standard import (
    OFFICE_ROLES,
    Collects,
    Requirement,
    Role,
    ServiceStandard,
    Step,
    applies,
    needed,
    next_question,
)
from shared.domain.standards.table import to_table
from shared.engine.founding import Plan, PlannedCounter, PlannedOfficer, PlannedRole, PlannedService, found
from shared.engine.people.device import issue_token
from shared.engine.setup.standard import save_standard
from shared.standards import read, service_from_json
from shared.store import tables
from shared.store.files import files
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

EXAMPLES = Path(__file__).parents[1] / "shared/standards/examples"
STAFF = [role for role in OFFICE_ROLES if role != Role.ADMIN]
FRONT, BACK = 1, 2
"""The loket's counter, and the one of everybody else."""
APPLICANT = {
    "name": "Siti Contoh",
    "nik": "3508205708909992",
    "phone": "081234567890",
    "email": "siti@contoh.example",
    "village": "35.08.20.2001",
    "address": "Jl. Contoh 1",
    "business": "Keripik Contoh",
    "kbli": "10799",
}
_nonces = count(1)


def examples() -> dict[str, ServiceStandard]:
    return {path.stem: service_from_json(read(path.read_bytes())) for path in sorted(EXAMPLES.glob("*.toml"))}


class Filing:
    """An office with these services, one officer for each role, by the name of the role."""

    def __init__(self, store: Store, folder: Path, standards: Iterable[ServiceStandard]) -> None:
        self.store, self.now = store, MORNING + timedelta(days=4, hours=2)  # a Friday, 10.00
        officers = [
            PlannedOfficer(role, role.title(), (PlannedRole(role),), "x", False) for role in [*STAFF, Role.ADMIN]
        ]
        back = tuple(role for role in STAFF if role != Role.LOKET)
        plan = Plan(
            "uji", "Kecamatan Uji", officers, services=[PlannedService(each) for each in standards], holidays={},
            counters=[PlannedCounter(FRONT, "Loket 1", (Role.LOKET,)), PlannedCounter(BACK, "Ruang 2", back)],
        )  # fmt: skip
        self.id = store.write_with(found, plan, MORNING, "test")
        with store.read() as connection:
            rows = connection.execute(select(tables.Officer).where(tables.Officer.office_id == self.id)).all()
        self.tokens = {
            row.login: store.write_with(issue_token, self.id, "officer", row.login, self.now, row.id) for row in rows
        }
        self.client = create_app(Settings(data=folder), store, lambda: self.now, async_mode="threading").test_client()
        limiter.reset()

    # --- clicks ---

    def post(self, who: str | None, path: str, sent: Mapping[str, Any], expect: Sequence[int] = (200,)) -> Any:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self.tokens[who]}"} if who else {})
        answer = self.client.post(f"/uji/{path}", json=dict(sent), headers=headers)
        assert answer.status_code in expect, (path, answer.status_code, answer.get_json(silent=True))
        return answer.get_json(silent=True)

    def number(self, slug: str, answers: Mapping[str, str], expect: Sequence[int] = (201,)) -> Any:
        """From the kiosk."""
        sent = {"service": slug, "nonce": f"nonce-{next(_nonces):08d}", "answers": dict(answers)}
        return self.post(None, "kiosk/tickets", sent, expect)

    def call(self, counter: int, who: str) -> int:
        """Calls the next visitor to the counter and starts; the id of their ticket."""
        ticket = self.post(who, f"counter/{counter}/next", {})["id"]
        self.post(who, f"counter/{counter}/tickets/{ticket}/start", {})
        return int(ticket)

    # --- a whole file ---

    def open(self, standard: ServiceStandard, variant: int = 0) -> int:
        """A number, the call, the acceptance; the id of the file. `variant`: which of each choice is taken."""
        ticket, sent = self._arrived(standard, variant)
        return int(self.post("loket", f"counter/{FRONT}/tickets/{ticket}/file", sent)["id"])

    def open_by_form(self, standard: ServiceStandard, variant: int) -> int:
        """The same with the page's form."""
        ticket, sent = self._arrived(standard, variant)
        path, choices = (
            f"counter/{FRONT}/tickets/{ticket}/file",
            [f for f in standard.fields if f.kind == FieldKind.CHOICE],
        )
        chosen = {
            f"matter.{each.key}": sent["matter"][each.key] for each in choices if each.key in sent.get("matter", {})
        }
        page = self.form("loket", path, {"_answer": "=", **chosen, **flat({"answers": sent["answers"]})}, (200,))
        must_stand_on(page, sent)
        self.form("loket", path, flat(sent))
        with self.store.read() as connection:
            row = connection.execute(select(tables.Ticket.case_id).where(tables.Ticket.id == ticket)).one()
        return int(row.case_id)

    def step_by_form(self, case_id: int, variant: int) -> None:
        """Ends the step with the form of the file's page."""
        file, standard = self.file(case_id), self.standard(case_id)
        here = find_step(standard.steps, file.step)
        if here.needs_applicant and self.waits(case_id):
            self.call(FRONT if here.role == Role.LOKET else BACK, here.role.value)
        sent = self.given(standard, here, file, file.facts(standard), variant)
        if file.fee is not None:
            sent["collected"].get("payment", {}).pop("amount", None)
        must_stand_on(self.page(here.role.value, f"counter/cases/{case_id}"), sent)
        offered = actions_for(file.state, file.way(standard), here.key, [here.role])
        (action,) = [each for each in offered if each in ENDS_STEP]
        self.form(here.role.value, f"counter/cases/{case_id}/{action.value}", flat(sent))

    def form(self, who: str, path: str, sent: Mapping[str, str], expect: Sequence[int] = (200,)) -> str:
        headers = {"Accept": "text/html", "Authorization": f"Bearer {self.tokens[who]}"}
        browser = self.client.application.test_client()
        answer = browser.post(f"/uji/{path}", data=dict(sent), headers=headers)
        assert answer.status_code in expect, (path, answer.status_code, answer.text)
        return answer.text

    def _arrived(self, standard: ServiceStandard, variant: int) -> tuple[int, dict[str, Any]]:
        """Somebody who sits at the loket, and what is sent to accept their file."""
        answers: dict[str, str] = {}
        while (question := next_question(standard, answers)) is not None:
            answers[question.key] = question.options[variant % len(question.options)].key
        if standard.number_after_check:
            refused = self.number(standard.slug, answers, (409,))
            assert refused["error"]["code"] == "check_first"
            self.post("loket", f"counter/{FRONT}/walk-in", {"service": standard.slug})
        else:
            self.number(standard.slug, answers)
        ticket = self.call(FRONT, "loket")
        sent = self.given(standard, first_desk(standard.steps), None, answers, variant)
        applicant = {name: APPLICANT[name] for name in standard.asked}
        return ticket, sent | {"action": "accept", "answers": answers, "applicant": applicant}

    def step(self, case_id: int, variant: int = 0, who: Role | None = None, **more: Any) -> str:
        """Ends the step at which the file lies, with all that it asks for; the action that did."""
        file, standard = self.file(case_id), self.standard(case_id)
        here = find_step(standard.steps, file.step)
        role = who or here.role
        if here.needs_applicant and self.waits(case_id):
            self.call(FRONT if role == Role.LOKET else BACK, role.value)
        facts = file.facts(standard)
        sent = self.given(standard, here, file, facts, variant)
        if {"product", "confirmation"} <= sent["collected"].keys() or Collects.CONFIRMATION in here.collects:
            yes = {"confirmation": sent["collected"].pop("confirmation")}
            matter = {name: sent.pop(name) for name in ("matter", "matter_is_whole") if name in sent}
            self.post(role.value, f"counter/cases/{case_id}/collect", {"collected": {}, **matter})
            self.post(role.value, f"counter/cases/{case_id}/collect", {"collected": yes})
        (action,) = [
            each for each in actions_for(file.state, file.way(standard), here.key, [role]) if each in ENDS_STEP
        ]
        self.post(role.value, f"counter/cases/{case_id}/{action.value}", sent | more)
        return action.value

    def run(self, standard: ServiceStandard, variant: int = 0) -> tuple[File, list[str]]:
        """From the kiosk to the end; the file, and the steps that it went through."""
        case_id, way = self.open(standard, variant), []
        while (here := self.file(case_id)).step is not None:
            way.append(str(here.step))
            if self.step(case_id, variant) == FileAction.RECAP:
                break
        return self.file(case_id), way

    def given(
        self, standard: ServiceStandard, step: Step, file: File | None, facts: Mapping[str, str], variant: int
    ) -> dict[str, Any]:
        """What a diligent officer fills in at the step."""
        known = dict(facts)
        matter: dict[str, Any] = {}
        for each in [one for one in standard.fields if (one.at or first_desk(standard.steps).key) == step.key]:
            if applies(each.when, known):
                matter[each.key] = filling(each, variant)
                known |= {each.key: matter[each.key]} if each.kind == FieldKind.CHOICE else {}
        bring = needed(standard, known)
        collected = {kind.value: self.entry(kind, standard, step, known, bring) for kind in step.collects}
        if Collects.DOCUMENTS in step.collects:
            collected["taken"] = {each.key: taken(each) for each in bring if taken(each)}
        if Collects.RECEIVER in step.collects and file is not None:
            collected["taken"] = {each.key: {"returned": True} for each in bring if each.is_given_back}
        return {"collected": collected} | ({"matter": matter, "matter_is_whole": True} if matter else {})

    def entry(
        self,
        kind: Collects,
        standard: ServiceStandard,
        step: Step,
        facts: Mapping[str, str],
        bring: Sequence[Requirement],
    ) -> dict[str, Any]:
        nib = f"{next(_nonces):013d}" if step.system == "oss" else None
        entries: dict[Collects, dict[str, Any]] = {
            Collects.DOCUMENTS: {each.key: True for each in bring},
            Collects.VALIDATION: {"is_valid": True},
            Collects.CONFIRMATION: {"is_approved": True},
            Collects.SIGNATURE: {"is_signed": True},
            Collects.PRODUCT: {"documents": products_of(standard, facts) or ["Hasil"]} | ({"nib": nib} if nib else {}),
            Collects.LETTER: {"number": f"400/{next(_nonces)}/2026", "on": self.now.date().isoformat()},
            Collects.FOREIGN: {"number": "471.2/17/DISDUK"},
            Collects.BILL: {"amount": 250000},
            Collects.PAYMENT: {"is_paid": True, "number": "K-1", "amount": 250000},
            Collects.ARCHIVE: {"number": "7", "place": "Rak 2"},
            Collects.RECEIVER: {"kind": "self"},
            Collects.RECAP: {"number": "1/REKAP", "on": self.now.date().isoformat()},
        }
        return entries.get(kind, {"is_done": True})

    def save(self, standard: ServiceStandard) -> None:
        """Another version of that service."""
        admin = Actor.officer(self.now, 1, "Admin", {Role.ADMIN})
        self.store.change(self.id, admin, save_standard, standard.slug, to_table(standard))

    # --- what became of it ---

    def file(self, case_id: int) -> File:
        with self.store.read() as connection:
            found = files.find(connection, self.id, case_id)
        assert found is not None
        return found

    def standard(self, case_id: int) -> ServiceStandard:
        return self.store.office_config(self.id).service_ids[self.file(case_id).service_id].standard

    def waits(self, case_id: int) -> bool:
        with self.store.read() as connection:
            rows = connection.execute(select(tables.Ticket).where(tables.Ticket.case_id == case_id)).all()
        return any(row.state == "waiting" for row in rows)

    def slip(self, kind: str) -> str:
        """The newest slip of that kind, as text."""
        with self.store.read() as connection:
            jobs = select(tables.PrintJob).where(tables.PrintJob.kind == kind).order_by(tables.PrintJob.id.desc())
            return str(connection.execute(jobs).first().lines)  # type: ignore[union-attr]

    def page(self, who: str, path: str) -> str:
        reader = self.client.application.test_client()  # without the cookie that a page brings
        answer = reader.get(f"/uji/{path}", headers={"Authorization": f"Bearer {self.tokens[who]}"})
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def filling(each: DeclaredField | GroupField, variant: int) -> Any:
    if isinstance(each, DeclaredField) and each.kind == FieldKind.GROUP:
        return [{part.key: filling(part, variant) for part in each.fields} for _ in range(max(each.least, 1))]
    if each.kind == FieldKind.CHOICE:
        return each.options[variant % len(each.options)].key
    said = {
        FieldKind.NUMBER: "12", FieldKind.MONEY: "Rp 150.000.000", FieldKind.DATE: "2026-12-01",
        FieldKind.TIME: "19:30",
        FieldKind.NIK: APPLICANT["nik"], FieldKind.PHONE: APPLICANT["phone"],
    }  # fmt: skip
    return said.get(each.kind, f"Isi {each.text[:40]}")


def taken(each: Requirement) -> dict[str, Any]:
    entry: dict[str, Any] = {"choice": each.choices[0].key} if each.choices else {}
    entry |= {"original": True} if each.original else {}
    return entry | ({"copies": each.copies} if each.copies else {})


def flat(sent: Any, name: str = "") -> dict[str, str]:
    """What a page's form sends for these values."""
    if isinstance(sent, Mapping):
        parts = [(f"{name}.{key}" if name else str(key), value) for key, value in sent.items()]
    elif isinstance(sent, list) and sent and isinstance(sent[0], Mapping):
        parts = [(f"{name}.{place}", value) for place, value in enumerate(sent)]
    else:
        said = {True: "true", False: ""}.get(sent, str(sent)) if isinstance(sent, bool) else sent
        return {name: "\r\n".join(said) if isinstance(said, list) else str(said)}
    return {key: value for part, inner in parts for key, value in flat(inner, part).items()}


def must_stand_on(page: str, sent: Mapping[str, Any]) -> None:
    """Every value has its field on the page."""
    assert [name for name in flat(sent) if f'name="{name}"' not in page] == []
