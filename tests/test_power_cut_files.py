"""The power goes off while files, complaints, survey answers and letters are written: nothing answered is lost."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from desks import WAY, Desks
from power import Disk, recorded
from sqlalchemy import func, select, text
from test_complaint import receive
from test_power_cut import CUTS, FEW, SEED
from test_survey_answers import ALL, sheet

from shared.domain.actor import Actor
from shared.domain.outbox import Topic
from shared.engine.setup import programs as setup_programs
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys import survey
from shared.engine.surveys.answer import Holder
from shared.store.office import Store
from shared.store.outbox_tables import Outbox
from shared.store.seal import Seal
from shared.store.surveys.tables import SurveyAnswer, SurveyInvitation
from shared.store.tables import ComplaintRecord, Event, FileRecord, Office, Recap

FILES, ANSWERS, COMPLAINTS = 3, 4, 8
URL = "http://127.0.0.1:9/"


@dataclass
class Work:
    """What was answered, each with the number of disk operations that were done by then."""

    disk: Disk
    acts: list[tuple[int, int, int, tuple[Any, ...]]] = field(default_factory=list)
    """The file, how many acts it had, and what its row was."""
    answers: list[tuple[int, str]] = field(default_factory=list)
    complaints: list[tuple[int, str, str]] = field(default_factory=list)
    letters: list[tuple[int, int]] = field(default_factory=list)
    recaps: list[tuple[int, str]] = field(default_factory=list)
    founded: int = 0


def work(folder: Path, open_store: Callable[[str], Store]) -> Work:
    """Files go all their steps and into a recap, visitors answer the survey, and at the kiosk somebody complains."""
    with recorded(folder) as disk:
        desks = Desks(open_store(f"sqlite:///{folder / 'loket.db'}"))
        done = Work(disk)
        desks.store.change(desks.id, Actor.system(desks.now), survey.change_survey, ALL)
        told = setup_programs.WebhookForm(name="Pusat", url=URL, topics=list(Topic))
        desks.store.change(desks.id, desks.actor("admin"), setup_programs.add_webhook, told, URL, Seal("0" * 64))
        done.founded = len(disk)
        hands = [threading.Thread(target=each, args=(desks, done)) for each in (_serve, _complain)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        desks.recap("kasi", "400/1/2026")
        done.recaps.append((len(disk), "400/1/2026"))
    return done


def _serve(desks: Desks, done: Work) -> None:
    for number in range(FILES):
        case_id = desks.to_step("validate")
        _note(desks, done, case_id)
        for step in [at for _, at, _ in WAY[1:]] + ["recap"]:
            desks.go_on(case_id, step)
            _note(desks, done, case_id)
        for each in range(ANSWERS):
            _answer(desks, done, f"lembar-{number}-{each}")


def _answer(desks: Desks, done: Work, sheet_id: str) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    desks.ticket_act("loket1", taken.id, "finish")
    office = desks.store.office_config(desks.id)
    visit = desks.store.write_with(survey_answer.ask, office, Holder(token=taken.token), desks.now)
    assert visit is not None
    desks.store.write_with(survey_answer.answer, office, visit, sheet(sheet_id=sheet_id), desks.now)
    done.answers.append((len(done.disk), sheet_id))


def _complain(desks: Desks, done: Work) -> None:
    for _ in range(COMPLAINTS):
        made = receive(desks)
        done.complaints.append((len(done.disk), made.number, made.token))


def _note(desks: Desks, done: Work, case_id: int) -> None:
    at = len(done.disk)
    with desks.store.snapshot() as connection:
        done.acts.append((at, case_id, *_file(connection, case_id)))
        letters = connection.execute(select(func.count()).select_from(Outbox)).scalar_one()
    done.letters.append((len(done.disk), letters))  # also of the other hand, whose commit may have come after `at`


def _file(connection: Any, case_id: int) -> tuple[int, tuple[Any, ...]]:
    acts = select(func.count()).where(Event.case_id == case_id)
    row = connection.execute(select(FileRecord.__table__).where(FileRecord.id == case_id)).first()
    return connection.execute(acts).scalar_one(), tuple(row or ())


def faults(found: Store, done: Work, cut: int) -> list[str]:
    """What was answered before the cut and is not there, or otherwise; and numbers with gaps."""
    wrong = []
    with found.read() as connection:
        if connection.execute(text("PRAGMA integrity_check")).scalar_one() != "ok":
            wrong.append("damaged")
        for at, case_id, acts, row in done.acts:
            there, now = _file(connection, case_id)
            if at <= cut and (there < acts or (there == acts and now != row)):
                wrong.append(f"file {case_id} after {acts} acts")
        answers = set(connection.scalars(select(SurveyAnswer.id)))
        wrong += [f"answer {each}" for at, each in done.answers if at <= cut and each not in answers]
        settled = select(func.count()).where(SurveyInvitation.is_open.is_(False))
        if connection.execute(settled).scalar_one() != len(answers):
            wrong.append("an answer without its visit, or a visit without its answer")
        written = {row.token: row.number for row in connection.execute(select(ComplaintRecord))}
        wrong += [number for at, number, token in done.complaints if at <= cut and token not in written]
        if sorted(written.values()) != list(range(1, len(written) + 1)):
            wrong.append(f"complaints {sorted(written.values())}")
        letters = connection.execute(select(func.count()).select_from(Outbox)).scalar_one()
        wrong += [f"{count} letters, {letters} there" for at, count in done.letters if at <= cut and letters < count]
        newest = select(func.max(Event.version)), select(func.max(Office.version))
        if len({connection.execute(each).scalar_one() for each in newest}) > 1:
            wrong.append("a version without its event")
        recaps = set(connection.scalars(select(Recap.number)))
        wrong += [number for at, number in done.recaps if at <= cut and number not in recaps]
    return wrong


@pytest.mark.parametrize("cuts", [FEW, pytest.param(CUTS, marks=pytest.mark.long)])
def test_files_answers_complaints_and_letters_are_there_after_a_power_cut_at_any_moment(
    tmp_path: Path, sqlite_template: Path, open_store: Callable[[str], Store], cuts: int
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "loket.db")
    done = work(folder, open_store)
    chance = random.Random(SEED)

    lost = []
    for place in range(cuts):
        cut = chance.randrange(done.founded, len(done.disk) + 1)
        left = tmp_path / f"cut-{place}"
        left.mkdir()
        done.disk.after_cut(cut, chance, left)
        found = Store(f"sqlite:///{left / 'loket.db'}")
        wrong = faults(found, done, cut)
        found.close()
        lost += [(cut, wrong)] if wrong else []
        shutil.rmtree(left)

    assert lost == []
    answered = len(done.acts) + len(done.answers) + len(done.complaints) + len(done.recaps)
    print(
        f"{cuts} cuts among {len(done.disk)} operations, {answered} answers, {done.letters[-1][1]} letters: none lost"
    )
