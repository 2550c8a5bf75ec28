"""Officers and visitors do whatever they like, in any order: no ticket and no file is lost, doubled or stuck."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from desks import APPLICANT, NIB, ROLES, SEATS, Desks
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from shared.domain.errors import Refusal
from shared.domain.files import procedure
from shared.domain.files.file import required
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.queue import ticket
from shared.domain.standards.standard import Role
from shared.store import tables
from shared.store.migrate import upgrade
from shared.store.office import Store

PEOPLE = st.sampled_from(sorted(ROLES))
SEATED = st.sampled_from(sorted(SEATS))
TICKET_ACTIONS = st.sampled_from(["recall", "start", "release", "miss", "hold", "finish", "call", "restore", "cancel"])
CASE_ACTIONS = st.sampled_from([action for action in FileAction if action != FileAction.RECAP])
EVERYBODY = frozenset(Role) - {Role.APPLICANT}


class Office(RuleBasedStateMachine):
    @initialize()
    def open_the_office(self) -> None:
        path = Path(tempfile.mkdtemp(prefix="loket-")) / "loket.db"
        upgrade(f"sqlite:///{path}")
        self.store = Store(f"sqlite:///{path}")
        self.desks = Desks(self.store)
        self.taken = 0

    def teardown(self) -> None:
        self.store.close()

    @rule(service=st.sampled_from(["oss", "oss", "legalisasi", "dispensasi-nikah"]), is_priority=st.booleans())
    def take(self, service: str, is_priority: bool) -> None:
        self.desks.take(service, is_priority=is_priority)
        self.taken += 1

    @rule(who=SEATED)
    def serve(self, who: str) -> None:
        self._try(lambda: self.desks.serve_next(who))

    @rule(who=SEATED, action=TICKET_ACTIONS, which=st.integers(0, 99))
    @precondition(lambda self: self.taken)
    def move_a_ticket(self, who: str, action: str, which: int) -> None:
        self._try(lambda: self.desks.ticket_act(who, 1 + which % self.taken, action))

    @rule(who=SEATED, is_complete=st.booleans())
    def check_a_file(self, who: str, is_complete: bool) -> None:
        here = [each for each in self._tickets() if each.state == "serving" and self._is_at(each, who)]
        if not here:
            return
        slug = self.store.office_config(self.desks.id).service_ids[here[0].service_id].slug
        service = self.store.office_config(self.desks.id).service(slug).standard
        answers = {question.key: question.options[0].key for question in service.questions}
        documents = self.desks.documents(slug, **answers) if is_complete else {}
        action = FileAction.ACCEPT if is_complete else FileAction.RETURN_TO_APPLICANT
        said: dict[str, Any] = {"collected": {"documents": documents}, "answers": answers}
        self._try(lambda: self.desks.receive(who, here[0].id, action, **said))

    @rule(who=PEOPLE, action=CASE_ACTIONS, which=st.integers(0, 99), is_ready=st.booleans())
    def move_a_file(self, who: str, action: FileAction, which: int, is_ready: bool) -> None:
        files = self._files()
        if not files:
            return
        file = files[which % len(files)]
        said = self._said(file, action) if is_ready else {}
        self._try(lambda: self.desks.act(who, file.id, action, **said))

    @rule(who=PEOPLE, which=st.integers(0, 99), action=CASE_ACTIONS)
    def undo_restores_exactly(self, who: str, which: int, action: FileAction) -> None:
        files = self._files()
        if not files:
            return
        file = files[which % len(files)]
        before = self._present()
        is_done = self._try(lambda: self.desks.act(who, file.id, action, **self._said(file, action)))
        if is_done and procedure.can_undo(file.state, action):
            self.desks.undo(who, file.id)
            assert self._present() == before

    @rule(begins=st.booleans())
    def oss_fails_or_answers(self, begins: bool) -> None:
        self._try(lambda: self.desks.outage("operator", begins=begins))

    @rule(which=st.integers(0, 99))
    def come_back(self, which: int) -> None:
        files = self._files()
        if files and self._try(lambda: self.desks.come_back(files[which % len(files)].token)):
            self.taken = len(self._tickets())

    @rule(seconds=st.integers(1, 4000))
    def time_passes(self, seconds: int) -> None:
        self.desks.later(seconds=seconds)

    @invariant()
    def every_ticket_is_there_once(self) -> None:
        numbers = [(each.on_day, each.series, each.number) for each in self._tickets()]
        assert len(numbers) == len(set(numbers)) == self.taken

    @invariant()
    def a_counter_has_one_visitor_at_most(self) -> None:
        busy = [each.counter_id for each in self._tickets() if each.state in ticket.AT_COUNTER]
        assert None not in busy
        assert len(busy) == len(set(busy))

    @invariant()
    def a_file_has_one_visit_at_most(self) -> None:
        active = [t.case_id for t in self._tickets() if t.case_id and t.state not in ticket.ENDED]
        assert len(active) == len(set(active))

    @invariant()
    def nothing_is_stuck(self) -> None:
        for each in self._tickets():
            assert each.state in ticket.ENDED or ticket.allowed(each.state)
        for file in self._files():
            if file.state == FileState.WITHDRAWN or file.step is None:
                continue
            steps = self._service(file).steps
            actions = procedure.actions_for(file.state, steps, file.step, EVERYBODY)
            recap_is_left = any(step.key == file.step and "recap" in step.collects for step in steps)
            assert actions or recap_is_left, (file.state, file.step)

    @invariant()
    def versions_have_no_gap(self) -> None:
        with self.store.read() as connection:
            version = connection.execute(
                select(tables.Office.version).where(tables.Office.id == self.desks.id)
            ).scalar_one()
            since = select(tables.Event.version).where(tables.Event.version > 0)  # 0: the office was founded
            seen = connection.execute(since.distinct().order_by(tables.Event.version))
            assert [row.version for row in seen] == list(range(1, version + 1))

    def _try(self, act: Any) -> bool:
        """Whether it was done; a refusal leaves everything as it was."""
        before = self._present()
        try:
            act()
        except Refusal:
            assert self._present() == before
            return False
        return True

    def _said(self, file: Any, action: FileAction) -> dict[str, Any]:
        """What an officer would say to get through this step."""
        step = next((step for step in self._service(file).steps if step.key == file.step), None)
        whole = {
            "documents": dict.fromkeys(required(self._service(file), file.answers), True),
            "validation": {"is_valid": True},
            "account": {"is_done": True},
            "login": {"is_done": True},
            "entry": {"is_done": True},
            "confirmation": {"is_approved": True},
            "product": {"nib": f"{int(NIB) + file.id:013d}", "documents": ["NIB"]},
            "signature": {"is_signed": True},
            "archive": {"number": "1", "place": "Rak"},
            "receiver": {"kind": "self"},
        }
        kinds = [kind.value for kind in step.collects if kind.value in whole] if step else []
        said: dict[str, Any] = {"collected": {kind: whole[kind] for kind in kinds}, "reason": "other"}
        if action == FileAction.SEND_BACK and step:
            targets = procedure.send_back_targets(self._service(file).steps, step)
            said["target"] = targets[0].key if targets else None
        if action in (FileAction.ACCEPT, FileAction.CORRECT):
            said["applicant"] = APPLICANT | {"business": f"Usaha {self.desks.now.timestamp()}"}
        return said

    def _service(self, file: Any) -> Any:
        with self.store.read() as connection:
            return self.store.office_configs.standard(connection, file.standard_id)

    def _is_at(self, row: Any, who: str) -> bool:
        return bool(row.counter_id == self.store.office_config(self.desks.id).counter(SEATS[who]).id)

    def _tickets(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(tables.Ticket).order_by(tables.Ticket.id)))

    def _files(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(tables.FileRecord).order_by(tables.FileRecord.id)))

    def _present(self) -> tuple[list[Any], list[Any]]:
        return self._tickets(), self._files()


Office.TestCase.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOffice = Office.TestCase
