"""The survey from the lot to the closed period: once, by whoever was drawn, and joined to nobody."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import world
from sqlalchemy import func, select, text, update
from test_migrations import old_database
from world import World

from shared.domain.actor import Actor
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.numbering import survey_code
from shared.domain.queue.ticket import Action
from shared.domain.retention import START_DAYS, DataClass
from shared.domain.surveys.draw import MOST_TRIES, is_drawn, key_mark, lot_key, visit_name
from shared.domain.surveys.settings import SurveySettings
from shared.domain.surveys.survey import ELEMENTS, FULL, AnswerChannel, Scores, by_element
from shared.engine.people import retention
from shared.engine.queue import officer as desk
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys import desk as survey_desk
from shared.engine.surveys import result as survey_result
from shared.engine.surveys import survey
from shared.engine.surveys.answer import Holder, Invited, Sheet
from shared.engine.surveys.desk import PlannedAction
from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.store.surveys import survey as reads
from shared.store.surveys.tables import SurveyAnswer, SurveyInvitation, SurveyPlan, SurveySecret
from shared.store.tables import PrintJob, Ticket
from shared.words import words

_ids = itertools.count(1)
ALL = SurveySettings(method="rate", rate_percent=100)


def everybody(uji: World, **said: Any) -> World:
    """The lot falls on every visitor from now on: nobody came yet."""
    uji.by_itself(survey.change_survey, replace(ALL, **said))
    return uji


def visit(uji: World, service: str = "layanan-1") -> Any:
    """Somebody comes, is served to the end, and goes; the ticket."""
    taken = uji.take(service)
    uji.call_next()
    uji.act(Action.START, taken.id)
    uji.act(Action.FINISH, taken.id)
    return uji.row(taken.id)


def look(uji: World, **shown: str) -> Invited | None:
    return uji.store.write_with(survey_answer.ask, uji.store.office_config(uji.id), Holder(**shown), uji.now)


def sheet(*values: int, sheet_id: str = "", channel: AnswerChannel = AnswerChannel.PHONE, **respondent: str) -> Sheet:
    nine = values if len(values) == 9 else (values[0] if values else 3,) * 9
    return Sheet(sheet_id or f"random-{next(_ids)}", by_element(nine), channel, respondent)


def answer(uji: World, ticket: Any, said: Sheet) -> None:
    found = look(uji, token=ticket.token)
    assert found is not None
    uji.store.write_with(survey_answer.answer, uji.store.office_config(uji.id), found, said, uji.now)


def period(uji: World, key: str = "2026-S2") -> reads.PeriodFacts:
    found = uji.store.ask(reads.period, uji.id, key)
    assert found is not None
    return found


def counts(uji: World, key: str = "2026-S2") -> reads.Counts:
    return uji.store.ask(reads.counts, uji.id, period(uji, key))[None]


def one(store: Store, statement: Any) -> Any:
    with store.read() as connection:
        return connection.execute(statement).scalar_one()


# the lot


def test_the_lot_of_every_visit_can_be_drawn_again(store: Store) -> None:
    uji = world.office(store)
    uji.by_itself(survey.change_survey, SurveySettings(method="rate", rate_percent=40))
    for number in range(40):
        visit(uji, f"layanan-{1 + number % 2}")

    checked = uji.store.ask(reads.recheck, uji.id, period(uji))
    with store.read() as connection:
        kept = connection.execute(select(SurveySecret)).one()
    key = lot_key(kept.secret, kept.mark, "")
    assert key is not None
    with store.read() as connection:
        tickets = connection.execute(select(Ticket)).all()
        drawn = set(connection.execute(select(SurveyInvitation.ticket_id)).scalars())

    again = {
        row.id
        for row in tickets
        if is_drawn(key, visit_name(row.on_day, f"{row.series}-{row.number:03d}"), FULL * 40 // 100)
    }
    assert again == drawn
    assert 0 < len(drawn) < 40
    assert (checked.visits, checked.drawn, checked.differ) == (40, len(drawn), [])


def test_a_copy_of_the_database_draws_nobody_and_another_servers_key_goes_on_with_a_new_secret(store: Store) -> None:
    store.server_key = "1" * 64
    uji = everybody(world.office(store))
    visit(uji)
    waiting = [uji.take("layanan-1") for _ in range(2)]
    kept = one(store, select(SurveySecret.secret)), one(store, select(SurveySecret.mark))

    uji.later(minutes=1)
    store.server_key = "2" * 64  # restored without the old key
    for ticket in waiting:
        uji.call_next()
        uji.act(Action.START, ticket.id)
        uji.act(Action.FINISH, ticket.id)
    uji.later(minutes=1)
    visit(uji)
    here = uji.store.ask(reads.recheck, uji.id, period(uji), "2" * 64)
    there = uji.store.ask(reads.recheck, uji.id, period(uji), "1" * 64)

    assert lot_key(*kept, "") is None
    assert (here.visits, here.drawn, here.unreadable, here.differ) == (1, 1, 3, [])
    assert (there.visits, there.drawn, there.unreadable) == (3, 1, 1)
    assert len(there.differ) == 2, "who held a number when the key was lost was not drawn"
    assert [event.action for event in uji.events()].count("survey_lot_renewed") == 1


def test_a_secret_that_an_earlier_version_kept_in_clear_draws_only_for_numbers_already_taken(store: Store) -> None:
    store.server_key = "1" * 64
    uji = everybody(world.office(store))
    visit(uji)
    store.write(update(SurveySecret).values(secret="5" * 64, mark=""))
    visit(uji)
    uji.later(minutes=1)
    visit(uji)

    checked = uji.store.ask(reads.recheck, uji.id, period(uji), store.server_key)

    assert (checked.visits, checked.drawn, checked.unreadable, checked.differ) == (3, 3, 0, [])
    with store.read() as connection:
        marks = connection.execute(select(SurveySecret.mark).order_by(SurveySecret.from_at)).scalars().all()
    assert marks == ["", key_mark(store.server_key)]


def test_a_visit_that_is_taken_up_again_keeps_its_lot(here: World) -> None:
    uji = everybody(here)
    ticket = visit(uji)
    assert look(uji, token=ticket.token) is not None

    uji.do(desk.undo)
    while_served = look(uji, token=ticket.token)
    uji.act(Action.FINISH, ticket.id)

    assert while_served is None
    assert one(uji.store, select(func.count()).select_from(SurveyInvitation)) == 1
    assert counts(uji).drawn == 1


def test_an_invitation_that_was_put_in_or_taken_away_shows(here: World) -> None:
    uji = everybody(here)
    first, second = visit(uji), visit(uji)
    uji.store.write(SurveyInvitation.__table__.delete().where(SurveyInvitation.ticket_id == second.id))

    checked = uji.store.ask(reads.recheck, uji.id, period(uji))

    assert (checked.drawn, checked.differ) == (1, [f"{second.on_day} {second.series}-{second.number:03d}"])
    assert first.id != second.id


def test_another_rate_holds_from_tomorrow(here: World) -> None:
    uji = everybody(here)
    visit(uji)

    uji.by_itself(survey.change_survey, SurveySettings(method="rate", rate_percent=0))
    today = visit(uji)
    uji.later(days=1)
    tomorrow = visit(uji)

    found = [look(uji, token=each.token) for each in (today, tomorrow)]
    assert [each.is_drawn if each else None for each in found] == [True, False]
    assert uji.store.ask(reads.recheck, uji.id, period(uji)).differ == []


def test_a_sample_is_planned_from_the_visits_of_the_period_before(here: World) -> None:
    for service in ("layanan-1", "layanan-1", "layanan-1", "layanan-2"):
        visit(here, service)
    here.by_itself(survey.change_survey, SurveySettings(response_percent=100))
    here.later(days=60)

    visit(here)

    with here.store.read() as connection:
        rows = connection.execute(select(SurveyPlan).where(SurveyPlan.from_on >= date(2027, 1, 1))).all()
    assert [(row.rate, row.sample) for row in rows] == [(FULL, 3), (FULL, 1)]


def test_longer_periods_begin_after_the_one_that_runs(here: World) -> None:
    visit(here)
    here.by_itself(survey.change_survey, SurveySettings(kind="year"))
    here.later(days=60)

    visit(here)

    with here.store.read() as connection:
        assert [each.key for each in reads.periods(connection, here.id)] == ["2027", "2026-S2"]


def test_a_drawn_visitor_gets_an_invitation_where_the_office_wants_it(here: World) -> None:
    everybody(here)
    visit(here)
    everybody(here, prints_invitation=True)
    ticket = visit(here)

    with here.store.read() as connection:
        slips = connection.execute(select(PrintJob).where(PrintJob.kind == "survey")).all()

    assert [job.ticket_id for job in slips] == [ticket.id]
    assert f"{ticket.token}/survey" in str(slips[0].lines)


def test_nobody_is_drawn_where_the_survey_is_off(here: World) -> None:
    uji = everybody(here, is_on=False)

    visit(uji)

    assert one(uji.store, select(func.count()).select_from(SurveyInvitation)) == 0


# one answer


def test_an_answer_counts_once_however_often_it_is_sent(store: Store) -> None:
    uji = everybody(world.office(store))
    ticket, said = visit(uji), sheet(4)

    answer(uji, ticket, said)
    answer(uji, ticket, said)
    with pytest.raises(NotAllowed, match="survey_answered"):
        answer(uji, ticket, sheet(1))

    assert one(store, select(func.count()).select_from(SurveyAnswer)) == 1
    assert counts(uji).answered == 1


@pytest.mark.parametrize("values", [(3,) * 8, (0, *(3,) * 8), (5, *(3,) * 8)])
def test_what_is_not_whole_is_not_counted_and_spends_nothing(here: World, values: Sequence[int]) -> None:
    uji = everybody(here)
    ticket = visit(uji)

    with pytest.raises(Invalid, match="survey_incomplete"):
        answer(uji, ticket, Sheet("x", dict(zip(ELEMENTS, values, strict=False)), AnswerChannel.KIOSK, {}))

    answer(uji, ticket, sheet(3))
    assert counts(uji).answered == 1


def test_whoever_was_not_drawn_may_speak_beside_the_index(here: World) -> None:
    uji = everybody(here, rate_percent=0)
    ticket = visit(uji)

    answer(uji, ticket, sheet(1))
    uji.store.write_with(survey_answer.speak, uji.store.office_config(uji.id), sheet(1), uji.now)

    figures = uji.store.ask(reads.figures, uji.id, period(uji))
    assert (figures.scores[None], figures.own_wish.n, figures.counts[None].own_wish) == (Scores(), 2, 2)


def test_a_number_opens_the_survey_only_with_the_code_of_its_slip(here: World) -> None:
    uji = everybody(here)
    ticket = visit(uji)
    code = survey_code(ticket.token)
    wrong = f"{(int(code) + 1) % 10_000:04d}"

    assert look(uji, number="A-001", code=wrong) is None
    assert look(uji, number="B-001", code=code) is None
    right = look(uji, number="a1", code=f" {code[:2]} {code[2:]}\u200b")
    for _ in range(MOST_TRIES):
        look(uji, number="A-001", code=wrong)

    assert right is not None
    assert right.is_drawn
    assert look(uji, number="A-001", code=code) is None
    assert look(uji, token=f"http://127.0.0.1/t/{ticket.token}") is not None


def test_codes_cannot_be_guessed_at_the_kiosk(here: World) -> None:
    """Fifty drawn visits, every try that the program allows for each: hardly ever one is right."""
    uji = everybody(here)
    for _ in range(50):
        visit(uji)
    guess = random.Random(1)

    hits = [
        number
        for number in range(1, 51)
        for _ in range(MOST_TRIES)
        if look(uji, number=f"A-{number:03d}", code=f"{guess.randrange(10_000):04d}")
    ]

    assert len(hits) <= 1


@pytest.mark.parametrize("token", ["", "x", "A-001", "0" * 22, "../" + "a" * 20])
def test_a_token_that_is_none_opens_nothing(here: World, token: str) -> None:
    uji = everybody(here)
    visit(uji)

    assert look(uji, token=token or "?") is None


def test_a_refusal_is_counted_and_settles_the_visit(here: World) -> None:
    uji = everybody(here)
    first, second = visit(uji), visit(uji)
    office, found = uji.store.office_config(uji.id), look(uji, token=first.token)
    assert found is not None

    uji.store.write_with(survey_answer.refuse, office, found, uji.now)
    uji.do(survey_desk.refused, f"A-{second.number:03d}")

    assert (counts(uji).drawn, counts(uji).asked, counts(uji).refused, counts(uji).answered) == (2, 2, 2, 0)
    with pytest.raises(NotAllowed, match="survey_answered"):
        answer(uji, first, sheet())


def test_a_questionnaire_of_paper_needs_one_that_was_handed_out(here: World) -> None:
    uji = everybody(here)
    visit(uji)
    paper = sheet(4, channel=AnswerChannel.PAPER)

    with pytest.raises(NotAllowed, match="survey_no_paper"):
        uji.do(survey_desk.enter_paper, "2026-S2", "layanan-1", paper, is_drawn=True)
    uji.do(survey_desk.hand_out, "A-001")
    uji.do(survey_desk.enter_paper, "2026-S2", "layanan-1", paper, is_drawn=True)
    with pytest.raises(NotAllowed, match="survey_no_paper"):
        uji.do(survey_desk.enter_paper, "2026-S2", "layanan-1", sheet(4, channel=AnswerChannel.PAPER), is_drawn=True)
    uji.do(survey_desk.enter_paper, "2026-S2", None, sheet(1, channel=AnswerChannel.PAPER), is_drawn=False)

    assert (counts(uji).papers, counts(uji).answered, counts(uji).own_wish) == (1, 1, 1)
    with pytest.raises(Unknown):
        uji.do(survey_desk.hand_out, "A-002")


# nobody can tell


def attack(order: Sequence[int], wanted: Sequence[int]) -> float:
    """How often the n-th of what an attacker found is what the n-th visitor said."""
    return mean(a == b for a, b in zip(order, wanted, strict=True))


def test_answers_are_joined_to_visits_no_better_than_by_chance(store: Store) -> None:
    """An attacker with the whole database takes the rows in every order in which it holds them."""
    uji = everybody(world.office(store))
    dice = random.Random(7)
    tickets = [visit(uji) for _ in range(60)]
    dice.shuffle(tickets)
    said = [dice.randint(1, 4) for _ in tickets]
    for ticket, value in zip(tickets, said, strict=True):
        uji.later(seconds=30)
        answer(uji, ticket, sheet(value, sheet_id=f"{dice.getrandbits(128):032x}", sex=dice.choice(("male", "female"))))

    with store.read() as connection:
        columns = {each["name"] for each in text_columns(connection)}
        as_it_lies = [row.waktu for row in connection.execute(text("SELECT * FROM survey_answer"))]
        by_id = [row.waktu for row in connection.execute(select(SurveyAnswer).order_by(SurveyAnswer.id))]
        orders = [as_it_lies, as_it_lies[::-1], by_id, by_id[::-1]]
        if store.is_sqlite:
            with pytest.raises(Exception, match="rowid"):
                connection.execute(text("SELECT rowid FROM survey_answer"))
        else:
            of = "SELECT waktu, ctid, xmin::text AS written FROM survey_answer ORDER BY ctid"
            rows = connection.execute(text(of)).all()
            orders.append([row.waktu for row in rows])
            assert len({row.written for row in rows}) == 1

    by_number = sorted(range(len(tickets)), key=lambda place: tickets[place].number)
    for wanted in (said, [said[place] for place in by_number]):
        for order in orders:
            chance = sum((wanted.count(value) / len(wanted)) ** 2 for value in range(1, 5))
            deviation = (chance * (1 - chance) / len(wanted)) ** 0.5
            assert attack(order, wanted) <= chance + 4 * deviation
    assert columns == {"id", "period_id", "service_id", "channel", "is_drawn", *map(str, ELEMENTS)}


def text_columns(connection: Any) -> list[dict[str, Any]]:
    from sqlalchemy import inspect

    return list(inspect(connection).get_columns("survey_answer"))


def test_an_answer_leaves_no_event_and_no_version(here: World) -> None:
    uji = everybody(here)
    ticket = visit(uji)
    events, version = len(uji.events()), uji.version

    answer(uji, ticket, sheet(4, sex="female", age="30_39"))

    assert (len(uji.events()), uji.version) == (events, version)


def test_whether_a_visitor_answered_or_refused_is_not_kept(here: World) -> None:
    uji = everybody(here)
    said, unsaid, paper = visit(uji), visit(uji), visit(uji)

    answer(uji, said, sheet(4))
    uji.do(survey_desk.refused, f"A-{unsaid.number:03d}")
    uji.do(survey_desk.hand_out, f"A-{paper.number:03d}")

    with uji.store.read() as connection:
        rows = connection.execute(select(SurveyInvitation)).mappings().all()
    assert len({tuple(value for name, value in row.items() if name != "ticket_id") for row in rows}) == 1


def test_figures_of_a_running_period_come_in_steps(here: World) -> None:
    uji = everybody(here)
    shown = []
    for _ in range(17):
        answer(uji, visit(uji), sheet(4))
        shown.append(reads.lagging(period(uji).running)["all"].shown.n)

    assert sorted(set(shown)) == [0, 5, 10]


# closing


def test_a_closed_period_is_frozen(store: Store) -> None:
    uji = everybody(world.office(store))
    for value in (4, 4, 3, 3, 3, 2):
        answer(uji, visit(uji), sheet(value, sex="female"))
    late = visit(uji)
    uji.later(days=60)

    uji.by_itself(survey.close_due)
    uji.by_itself(survey.close_due)

    closed = period(uji)
    assert closed.result is not None
    with pytest.raises(NotAllowed, match="survey_over"):
        answer(uji, late, sheet(1))
    assert period(uji) == closed
    events = [event for event in uji.events() if event.action == "survey_closed"]
    assert [event.detail for event in events] == [{"period": "2026-S2", "sha256": survey.fingerprint(closed.result)}]
    assert Scores.from_json(closed.result["scores"]["all"]).index == Scores(6, (19,) * 9).index
    assert closed.result["counts"]["all"]["visits"] == 7
    assert closed.result["draw"] == {"visits": 7, "drawn": 7, "differ": 0}
    assert closed.result["respondents"] == {"sex": {"female": 6}}


def test_answers_are_taken_until_the_closing_day(here: World) -> None:
    uji = everybody(here, collect_days=-20)
    ticket = visit(uji)
    days = (date(2026, 12, 11) - date(2026, 11, 23)).days

    uji.later(days=days)
    answer(uji, ticket, sheet(4))
    uji.later(days=1)
    with pytest.raises(NotAllowed, match="survey_over"):
        answer(uji, ticket, sheet(4))
    after = visit(uji)

    found = look(uji, token=after.token)
    assert found is None or not found.is_drawn


def test_old_invitations_are_forgotten_and_the_result_stays(here: World) -> None:
    uji = everybody(here)
    for _ in range(5):
        answer(uji, visit(uji), sheet(4))
    uji.later(days=50)
    uji.by_itself(survey.close_due)
    result = period(uji).result

    uji.later(days=40)
    uji.by_itself(survey.close_due)

    assert one(uji.store, select(func.count()).select_from(SurveyInvitation)) == 0
    assert period(uji).result == result
    assert [e.detail for e in uji.events() if e.action == "survey_forgotten"] == [{"invitations": 5}]


def test_the_plan_of_action_is_kept_with_its_period(here: World) -> None:
    uji = everybody(here)
    visit(uji)
    wanted = PlannedAction("waktu", "Loket tambahan jam 9-11", "Kasi Pelayanan", date(2027, 2, 1))

    uji.do(survey_desk.write_action, "2026-S2", None, wanted)
    row = uji.store.ask(reads.actions, period(uji).id)[0]
    uji.do(survey_desk.write_action, "2026-S2", row.id, replace(wanted, is_done=True, outcome="Sudah berjalan"))
    done = uji.store.ask(reads.actions, period(uji).id)[0]
    uji.do(survey_desk.write_action, "2026-S2", row.id, None)

    assert (done.what, done.is_done, done.outcome) == (wanted.what, True, "Sudah berjalan")
    assert uji.store.ask(reads.actions, period(uji).id) == []
    with pytest.raises(Unknown):
        uji.do(survey_desk.write_action, "2026-S2", 999, wanted)
    with pytest.raises(Invalid):
        uji.do(survey_desk.write_action, "2026-S2", None, replace(wanted, element="lain"))


def test_a_database_from_before_the_survey_draws_its_next_visitors(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    write = old_database(tmp_path / "old.db", "0010")
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    assert store.office_config(1).settings.survey.is_on
    assert store.change(1, Actor.system(world.MORNING), survey.period_of, date(2026, 11, 23)).key == "2026-S2"
    assert store.change(1, Actor.system(world.MORNING + timedelta(days=60)), survey.close_due) == 1


def test_small_classes_are_left_out_of_the_result(here: World) -> None:
    uji = everybody(here)
    for service, value in [("layanan-1", 4)] * 12 + [("layanan-2", 1)] * 3:
        answer(uji, visit(uji, service), sheet(value, sex="female" if value == 4 else "male"))
    uji.later(days=50)
    uji.by_itself(survey.close_due)

    office = uji.store.office_config(uji.id)
    with uji.store.read() as connection:
        found = survey_result.result(connection, office, period(uji), words("id"))
        public = survey_result.published(connection, office, date(2027, 2, 1), words("id"))
        early = survey_result.published(connection, office, date(2027, 1, 20), words("id"))

    assert (found.n, str(found.index), found.grade, found.is_enough) == (15, "85.00", "B", True)
    assert [(each.n, each.index) for each in found.services] == [(None, None), (None, None)]
    assert dict(found.respondents)["Jenis kelamin"] == [("Laki-laki", None), ("Perempuan", None), ("Tidak diisi", 0)]
    assert (public, early) == ([found], [])
    assert found.name == "Semester II Tahun 2026"


def test_a_running_period_shows_no_index_of_few(here: World) -> None:
    uji = everybody(here)
    for _ in range(9):
        answer(uji, visit(uji), sheet(4))

    with uji.store.read() as connection:
        found = survey_result.result(connection, uji.store.office_config(uji.id), period(uji), words("en"))

    assert (found.n, found.index, found.elements, found.respondents) == (0, None, [], [])
    assert (found.counts["answered"], found.sample, found.is_enough) == (9, 9, False)


def test_single_questionnaires_go_when_their_time_is_over_and_the_result_stays(here: World) -> None:
    uji = everybody(here)
    for _ in range(5):
        answer(uji, visit(uji), sheet(4))
    uji.later(days=50)
    uji.by_itself(survey.close_due)
    result = period(uji).result

    uji.later(days=START_DAYS[DataClass.SURVEY] - 1)
    early = uji.by_itself(retention.clear).get("survey", 0)
    uji.later(days=2)
    cleared = uji.by_itself(retention.clear)

    assert (early, cleared["survey"]) == (0, 5)
    assert period(uji).result == result
