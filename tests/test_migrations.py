"""Databases of earlier versions are read by this one: what stood in them is still there, in its new form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, select

from shared.domain.actor import Actor
from shared.domain.files.collected import Collected
from shared.domain.files.file import FileInput, decide
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.standards.standard import Role
from shared.domain.standards.table import to_table
from shared.engine.surveys.survey import FIRST_AT
from shared.standards import service_to_json, shipped
from shared.store.files import files, register
from shared.store.files.register import RegisterSearch
from shared.store.migrate import MIGRATIONS, upgrade
from shared.store.office import Store
from shared.store.outbox_tables import WebhookRecord
from shared.store.seal import MARK, Seal
from shared.store.surveys import survey
from shared.store.surveys.tables import SurveySecret
from shared.store.tables import OfficerRole, SecondFactor
from shared.web.server.first_run import prepare
from shared.web.settings import Settings

BEGAN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
STEPS = [
    {"key": "receive", "title": "Terima", "role": "loket", "collects": ["documents"]},
    {"key": "draft", "title": "Konsep", "role": "operator", "collects": ["entry", "signature"]},
    {"key": "sign", "title": "Tanda tangan", "role": "camat", "collects": ["signature"]},
    {"key": "archive", "title": "Arsip", "role": "sekretariat", "collects": ["archive"]},
]


def old_database(path: Path, revision: str) -> Callable[[str, dict[str, Any]], None]:
    """A database of that schema; what it returns writes a row into a table of it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    tables = MetaData()
    tables.reflect(engine)

    def write(table: str, row: dict[str, Any]) -> None:
        with engine.begin() as connection:
            connection.execute(tables.tables[table].insert(), row)

    return write


def test_what_a_file_had_collected_belongs_to_its_steps_afterwards(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    write = old_database(tmp_path / "old.db", "0003")
    at = BEGAN.replace(tzinfo=None)
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip
    write("service", {"id": 1, "office_id": 1, "slug": "surat", "series": "A", "position": 0, "is_active": True,
                      "cutoff_minutes": 0})  # fmt: skip
    write("standard_version", {"id": 1, "office_id": 1, "service_id": 1, "number": 1, "made_at": at,
                               "body": {"slug": "surat", "steps": STEPS}})  # fmt: skip
    collected = {
        "documents": {"ktp": True, "by": "Ani"},
        "remarks": {"kk": "buram"},
        "entry": {"is_done": True},
        "signature": {"is_signed": True},
        "data_version": 3,
    }
    known = {"office_id": 1, "service_id": 1, "standard_id": 1, "answers": {}, "applicant": {"name": "Siti"},
             "pauses": [["power_cut", BEGAN.isoformat(), None]], "nik": "", "opened_at": at}  # fmt: skip
    late = at + timedelta(hours=3)
    write("case_file", {**known, "id": 1, "token": "one", "state": "open", "step": "sign", "collected": collected,
                        "accepted_at": at, "since_at": late})  # fmt: skip
    write("case_file", {**known, "id": 2, "token": "two", "state": "returned", "step": None, "collected": {},
                        "since_at": at})  # fmt: skip
    said = {"office_id": 1, "version": 1, "case_id": 1, "from_state": "open", "to_state": "open"}
    came = at + timedelta(hours=1)
    write("event", {**said, "at": came, "action": "advance", "detail": {"step": "draft", "to_step": "sign"}})
    write("event", {**said, "at": late, "action": "collect", "detail": {"collected": ["signature"]}})

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.read() as connection:
        file, new = (files.find(connection, 1, number) for number in (1, 2))
    assert file is not None
    assert new is not None
    assert file.collected.at("draft") == {"entry": {"is_done": True}, "signature": {"is_signed": True}}
    assert file.collected.at("sign") == {}
    assert file.collected.of("documents") == {"ktp": True, "by": "Ani"}
    assert (file.collected.remarks, file.collected.data_version) == ({"kk": "buram"}, 3)
    assert file.since_at == BEGAN + timedelta(hours=1)
    assert file.pauses[0].from_at == BEGAN
    assert (new.state, new.collected.steps) == (FileState.NEW, {})


def test_every_printer_of_an_earlier_version_is_learned_anew(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    write = old_database(tmp_path / "old.db", "0002")
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip
    for place, (kind, answers) in enumerate(
        [("network", "in_order"), ("usb", "nothing"), ("virtual", "in_order"), ("star", "in_order")]
    ):
        write("printer", {"office_id": 1, "slug": f"p{place}", "kind": kind, "address": "", "profile": "58mm",
                          "answers": answers, "is_active": True, "status": "ok", "roll_mm": 0, "printed_mm": 0.0,
                          "printed_slips": 0, "is_low": False})  # fmt: skip

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    printers = open_store(f"sqlite:///{tmp_path / 'old.db'}").office_config(1).printers
    assert [each.answers for each in printers] == ["not_learned", "nothing", "in_order", "in_order"]


def test_complaint_channels_of_the_services_become_the_offices_and_only_others_stay_with_their_service(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    write = old_database(tmp_path / "old.db", "0006")
    at = BEGAN.replace(tzinfo=None)
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {"phone": "0334-1"}})  # fmt: skip
    usual = {"phone": "0334-1", "web": ["www.uji.go.id", "laporlumajang.lumajangkab.go.id"], "facebook": "Uji"}
    bodies = [usual, usual, {"email": "kk@uji.go.id", "address": "Jl. Uji 1"}, None]
    for number, complaint in enumerate(bodies, 1):
        body = {"slug": f"s{number}", "series": "ABCD"[number - 1], "name": "Surat", "short_name": "Surat",
                "steps": [{"key": "serve", "title": "Layani", "role": "loket"}],
                **({"complaint": complaint} if complaint else {})}  # fmt: skip
        write("standard_version", {"id": number, "office_id": 1, "service_id": number, "number": 1, "made_at": at,
                                   "body": body})  # fmt: skip
        write("service", {"id": number, "office_id": 1, "slug": f"s{number}", "series": "ABCD"[number - 1],
                          "position": number, "is_active": True, "cutoff_minutes": 0,
                          "standard_id": number})  # fmt: skip

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    office = open_store(f"sqlite:///{tmp_path / 'old.db'}").office_config(1)
    channels = [[(each.kind.value, each.value, each.label) for each in office.channels(one)] for one in office.services]
    of_office = [
        ("phone", "0334-1", None),
        ("laporlumajang", "laporlumajang.lumajangkab.go.id", None),
        ("web", "www.uji.go.id", None),
        ("social", "Uji", "Facebook"),
    ]
    own = [("email", "kk@uji.go.id", None), ("desk", "Jl. Uji 1", None)]
    assert channels == [of_office, of_office, own, of_office]
    assert office.profile["phone"] == "0334-1"


def test_files_that_were_accepted_earlier_stand_in_the_register_with_the_day_of_their_number(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    write = old_database(tmp_path / "old.db", "0011")
    at = BEGAN.replace(tzinfo=None)
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip
    body = {"slug": "surat", "series": "A", "name": "Surat", "short_name": "Surat",
            "steps": [{"key": "serve", "title": "Layani", "role": "loket", "collects": ["documents"]}]}  # fmt: skip
    write("service", {"id": 1, "office_id": 1, "slug": "surat", "series": "A", "position": 0, "is_active": True,
                      "cutoff_minutes": 0})  # fmt: skip
    write("standard_version", {"id": 1, "office_id": 1, "service_id": 1, "number": 1, "made_at": at, "body": body})
    known = {"office_id": 1, "service_id": 1, "standard_id": 1, "answers": {}, "collected": {}, "pauses": [],
             "nik": "", "opened_at": at, "since_at": at}  # fmt: skip
    days = [at, at + timedelta(days=3), at + timedelta(days=40)]
    for number, (state, accepted_at) in enumerate(zip(("completed", "open", "withdrawn"), days, strict=True), 1):
        write("case_file", {**known, "id": number, "token": str(number), "state": state, "register_year": 2026,
                            "register_number": number, "accepted_at": accepted_at,
                            "completed_at": at if state == "completed" else None,
                            "applicant": {"name": f"Orang {number}"}})  # fmt: skip
    write("case_file", {**known, "id": 4, "token": "4", "state": "returned", "applicant": {"name": "Belum"}})
    accept = {"office_id": 1, "version": 1, "action": "accept", "case_id": 2}
    for day in (at + timedelta(days=1), days[1]):  # returned and accepted once more
        write("event", {**accept, "at": day})
    write("survey_secret", {"office_id": 1, "secret": "5" * 64})

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.read() as connection:
        ids, count = register.find(connection, store.office_config(1), RegisterSearch())
        by_name = register.find(connection, store.office_config(1), RegisterSearch("orang 2"))
        rows = register.rows(connection, lambda each: store.office_configs.standard(connection, each), ids)
        waiting = files.to_recap(connection, store.office_config(1), days[0].date(), days[2].date())
        lots = connection.execute(select(SurveySecret.secret, SurveySecret.mark)).all()
        newest = survey.newest_secret(connection, 1)
    assert (count, by_name) == (3, ([2], 1))
    assert [(row.register, row.applicant, row.registered_at) for row in rows] == [
        ("3/2026", "Orang 3", BEGAN + timedelta(days=40)),
        ("2/2026", "Orang 2", BEGAN + timedelta(days=1)),
        ("1/2026", "Orang 1", BEGAN),
    ]
    assert [file.register for file in waiting] == ["1/2026"]  # its service has no step for the recap
    assert ([tuple(each) for each in lots], newest) == (
        [("5" * 64, "")],
        (FIRST_AT, ""),
    )  # it draws on for numbers already taken


def test_every_file_of_the_state_before_keeps_its_data_its_collected_values_and_its_version(
    tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """A file at each of the ten steps, by a standard as it was stored then, with all that says nothing in it."""
    oss = next(each for each in shipped()[0].services if each.slug == "oss")
    body = service_to_json(oss) | {"complaint": {"phone": "0334-1"}, "questions": [], "is_delicate": False}
    body["steps"] = [
        {"needs_applicant": False, "silent": False, "collects": [], "may_send_back_to": [], **step}
        for step in to_table(oss)["steps"]
    ]
    write = old_database(tmp_path / "old.db", "0006")
    at = BEGAN.replace(tzinfo=None)
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip
    write("standard_version", {"id": 7, "office_id": 1, "service_id": 1, "number": 3, "made_at": at, "body": body})
    write("service", {"id": 1, "office_id": 1, "slug": "oss", "series": "A", "position": 0, "is_active": True,
                      "cutoff_minutes": 0, "standard_id": 7})  # fmt: skip
    write("officer", {"id": 1, "office_id": 1, "login": "wakil", "name": "Wakil", "password_hash": "x",
                      "must_change_password": False, "is_active": True})  # fmt: skip
    write("officer_role", {"officer_id": 1, "role": "camat", "from_on": at.date(), "until_on": at.date()})
    write("officer_role", {"officer_id": 1, "role": "kasi"})
    kept = {"receive": {"documents": {"ktp": True, "by": "Ani"}}, "validate": {"validation": {"is_valid": True}},
            "confirm": {"confirmation": {"is_approved": True, "data_version": 2}}}  # fmt: skip
    for number, step in enumerate(oss.steps, 1):
        write("case_file", {"id": number, "office_id": 1, "service_id": 1, "standard_id": 7, "token": f"t{number}",
                            "state": "open", "step": step.key, "register_year": 2026, "register_number": number,
                            "nik": "3508205708909992", "applicant": {"name": "Siti", "business": "Keripik"},
                            "answers": {}, "opened_at": at, "since_at": at, "accepted_at": at, "pauses": [],
                            "collected": {"steps": kept, "remarks": {"ktp": "buram"}, "data_version": 2}})  # fmt: skip

    upgrade(f"sqlite:///{tmp_path / 'old.db'}")

    store = open_store(f"sqlite:///{tmp_path / 'old.db'}")
    with store.read() as connection:
        found = [files.find(connection, 1, number) for number in range(1, len(oss.steps) + 1)]
        standard = store.office_configs.standard(connection, 7)
        held = connection.execute(select(OfficerRole.role, OfficerRole.standing).order_by(OfficerRole.id)).all()
    assert [file.step for file in found if file] == [step.key for step in oss.steps]
    assert standard.steps == oss.steps
    assert [(role.value, standing.value) for role, standing in held] == [("camat", "plh"), ("kasi", "holder")]
    for file in found:
        assert file is not None
        assert file.collected == Collected(kept, {"ktp": "buram"}, 2)
        assert (file.standard_id, file.matter, file.fee, file.paid_at) == (7, {}, None, None)
        assert file.applicant == {"name": "Siti", "business": "Keripik"}
        assert file.way(standard) == standard.steps
    operator = Actor.officer(BEGAN, 1, "Ani", {Role.OPERATOR})
    product = FileInput({"product": {"nib": "1234567890123"}})
    assert found[6] is not None
    issued = decide(found[6], standard, FileAction.ADVANCE, product, operator, store.office_config(1)).file
    assert (issued.step, issued.nib) == ("archive", "1234567890123")


def test_secrets_that_earlier_versions_kept_in_clear_are_closed_at_the_next_start(tmp_path: Path) -> None:
    write = old_database(tmp_path / "loket.db", "0022")
    at = BEGAN.replace(tzinfo=None)
    write("office", {"id": 1, "slug": "uji", "name": "Uji", "timezone": "Asia/Jakarta", "version": 1, "epoch": "",
                     "setup_version": 1, "settings": {}, "profile": {}})  # fmt: skip
    write("officer", {"id": 1, "office_id": 1, "login": "admin", "name": "Admin", "password_hash": "x",
                      "must_change_password": False, "is_active": True, "failed_sign_ins": 0})  # fmt: skip
    write("second_factor", {"officer_id": 1, "secret": "JBSWY3DPEHPK3PXP", "made_at": at, "confirmed_at": at,
                            "drift": 0, "used_step": 0, "codes": []})  # fmt: skip
    write("webhook", {"office_id": 1, "name": "Pusat", "url": "https://192.0.2.7/", "secret": "whsec_eHh4",
                      "topics": ["file"], "made_at": at})  # fmt: skip
    settings = Settings(data=tmp_path)
    settings.secret_key()

    prepare(settings, BEGAN)
    prepare(settings, BEGAN)

    store = Store(settings.database())
    with store.read() as connection:
        kept = [connection.execute(select(table.secret)).scalar_one() for table in (SecondFactor, WebhookRecord)]
    store.close()
    assert all(each.startswith(MARK) for each in kept)
    assert [Seal(settings.secret_key()).open(each) for each in kept] == ["JBSWY3DPEHPK3PXP", "whsec_eHh4"]
