"""What a file asks for and proves: the numbers on the hand-over proof, only what its service needs, each step again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import Desks
from filing import Filing, examples
from sqlalchemy import insert

from shared.domain.actor import Actor
from shared.domain.errors import Missing
from shared.domain.files.file import File, FileInput, decide
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.office import OfficeConfig, OfficeSettings
from shared.domain.standards.parts import DeclaredField, FieldKind, Option, Promise, PromisePart, Unit
from shared.domain.standards.standard import Collects, OfficeStandard, Role, ServiceStandard, Signs, Step
from shared.engine.founding import planned
from shared.standards import shipped
from shared.store import tables
from shared.store.office import Store

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = OfficeConfig(1, "uji", "Uji", ZoneInfo("Asia/Jakarta"), OfficeSettings(), {}, (), (), ())


@pytest.mark.parametrize("slug", ["lumajang", "ranuyoso"])
def test_the_proof_names_the_nib_and_the_licence_however_the_standard_words_its_product(
    sqlite_store: Store, slug: str
) -> None:
    desks = Desks(sqlite_store, slug)
    file = desks.to_step("confirm")
    products = list(desks.store.office_config(desks.id).service("oss").standard.products)
    desks.collect("operator", file, confirmation={"is_approved": True})
    product = {"nib": "8120000123456", "licence": "503/77/2026", "documents": products}

    desks.act("operator", file, FileAction.ADVANCE, collected={"product": product})
    desks.act("sekretariat", file, FileAction.ADVANCE, collected={"archive": {"number": "7", "place": "Rak 2"}})
    desks.serve_next("loket1")
    desks.act("loket1", file, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})

    proof = str(desks.jobs()[-1].lines)
    assert proof.count("8120000123456") == 2  # for the receiver, and for the archive
    assert "503/77/2026" in proof


def test_the_outage_of_oss_stands_on_slips_of_services_in_oss_alone(sqlite_store: Store) -> None:
    desks = Desks(sqlite_store)
    desks.outage("operator", begins=True)

    desks.take("oss")
    desks.take("legalisasi")

    with_oss, without = (str(job.lines) for job in desks.jobs())
    assert "OSS" in with_oss.replace("(OSS)", "").replace("melalui OSS", "")
    assert "gangguan" in with_oss
    assert "gangguan" not in without


def test_a_photocopy_is_not_asked_for_a_business(sqlite_store: Store, tmp_path: Path) -> None:
    services = {each.slug: each for each in shipped()[0].services}
    filing = Filing(sqlite_store, tmp_path, [services["oss"], services["legalisasi"]])
    pages = {}
    for slug, name in (("oss", "NIB"), ("legalisasi", "Fotokopi")):
        filing.number(slug, {})
        ticket = filing.call(1, "loket")
        pages[name] = filing.page("loket", f"counter/1/tickets/{ticket}/file")
        filing.post("loket", f"counter/1/tickets/{ticket}/finish", {"reason": "other"}, (200, 422))

    assert "applicant.kbli" in pages["NIB"]
    assert "applicant.kbli" not in pages["Fotokopi"]
    assert "applicant.business" not in pages["Fotokopi"]
    assert services["legalisasi"].asked == ("name", "nik", "phone", "email", "village", "address")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Collects.VALIDATION, {"is_valid": True}),
        (Collects.ENTRY, {"is_done": True}),
        (Collects.SIGNATURE, {"is_signed": True}),
        (Collects.LETTER, {"number": "1/2026", "on": "2026-11-23"}),
        (Collects.FOREIGN, {"number": "B/1"}),
        (Collects.ARCHIVE, {"number": "1", "place": "Rak 1"}),
    ],
)
def test_what_two_steps_ask_for_is_given_twice(kind: Collects, said: dict[str, Any]) -> None:
    steps = (
        Step("terima", "Terima", Role.LOKET, collects=(Collects.DOCUMENTS,)),
        Step("satu", "Satu", Role.KASI, collects=(kind,)),
        Step("dua", "Dua", Role.LURAH, collects=(kind,)),
        Step("serah", "Serah", Role.LOKET, collects=(Collects.RECEIVER,)),
    )
    standard = ServiceStandard("uji", "A", "Uji", "Uji", steps=steps)
    file = File(1, 1, "token", NOW, NOW, FileState.OPEN, "satu", id=1, accepted_at=NOW, applicant={"name": "Siti"})
    given = FileInput({kind.value: said})

    file = decide(file, standard, FileAction.ADVANCE, given, Actor.officer(NOW, 1, "Ani", {Role.KASI}), OFFICE).file
    with pytest.raises(Missing):
        decide(file, standard, FileAction.ADVANCE, FileInput(), Actor.officer(NOW, 2, "Ida", {Role.LURAH}), OFFICE)
    file = decide(file, standard, FileAction.ADVANCE, given, Actor.officer(NOW, 2, "Ida", {Role.LURAH}), OFFICE).file

    assert [file.collected.at(key)[kind]["by"] for key in ("satu", "dua")] == ["Ani", "Ida"]


@pytest.mark.parametrize(
    ("dates", "standing"), [((None, None), "holder"), ((date(2026, 11, 1), date(2026, 12, 1)), "plh")]
)
def test_who_holds_a_role_between_two_days_signs_as_its_deputy(
    sqlite_store: Store, tmp_path: Path, dates: tuple[date | None, date | None], standing: str
) -> None:
    steps = (
        Step("terima", "Terima", Role.LOKET, True, (Collects.DOCUMENTS,)),
        Step("tanda", "Tanda tangan", Role.CAMAT, collects=(Collects.SIGNATURE,), signs=Signs.SIGNATURE),
    )
    filing = Filing(sqlite_store, tmp_path, [ServiceStandard("uji", "A", "Uji", "Uji", steps=steps)])
    file = filing.open(filing.store.office_config(filing.id).services[0].standard)
    with filing.store.read() as connection:
        deputy = connection.execute(
            tables.Officer.__table__.select().where(tables.Officer.login == "sekretariat")
        ).one()
    row = {"officer_id": deputy.id, "role": Role.CAMAT, "from_on": dates[0], "until_on": dates[1]}
    filing.store.write(insert(tables.OfficerRole), row)

    sent = {"collected": {"signature": {"is_signed": True}}}
    filing.post("sekretariat", f"counter/cases/{file}/finish", sent)

    entry = filing.file(file).collected.at("tanda")["signature"]
    assert (entry["role"], entry["standing"]) == ("camat", standing)


def test_what_a_desk_finds_out_later_changes_what_is_promised() -> None:
    parts = (PromisePart("3 hari kerja dengan survei", 3, Unit.WORKING_DAYS, when=(("survei", "ya"),)),)
    choice = DeclaredField("survei", "Survei?", kind=FieldKind.CHOICE, at="teliti",
                           options=(Option("ya", "Ya"), Option("tidak", "Tidak")))  # fmt: skip
    standard = ServiceStandard(
        "uji", "A", "Uji", "Uji",
        fields=(choice,),
        promise=Promise(1, Unit.WORKING_DAYS, "1 hari kerja", parts=parts),
        steps=(
            Step("terima", "Terima", Role.LOKET, collects=(Collects.DOCUMENTS,)),
            Step("teliti", "Teliti", Role.KASI, collects=(Collects.VALIDATION,)),
            Step("survei", "Survei", Role.KASI, when=(("survei", "ya"),)),
            Step("serah", "Serah", Role.LOKET, collects=(Collects.RECEIVER,)),
        ),
    )  # fmt: skip
    file = File(1, 1, "token", NOW, NOW, FileState.OPEN, "teliti", id=1, accepted_at=NOW, applicant={"name": "Siti"},
                due_at=NOW + timedelta(days=1))  # fmt: skip
    kasi = Actor.officer(NOW, 1, "Ani", {Role.KASI})

    steps = {}
    for answer in ("ya", "tidak"):
        given = FileInput({"validation": {"is_valid": True}}, matter={"survei": answer})
        steps[answer] = decide(file, standard, FileAction.ADVANCE, given, kasi, OFFICE).file

    assert [steps[answer].step for answer in ("ya", "tidak")] == ["survei", "serah"]
    assert steps["tidak"].due_at == file.due_at
    assert steps["ya"].due_at is not None
    assert steps["ya"].due_at.date() == date(2026, 11, 26)


def test_an_office_founded_by_a_standard_has_somebody_for_every_step() -> None:
    office = OfficeStandard("uji", "Kecamatan Uji", "Kecamatan", "35.08.10", services=tuple(examples().values()))

    plan, told = planned(office, lambda password: "x")

    held = {role.role for officer in plan.officers if officer.login != "admin" for role in officer.roles}
    steps = [step for service in office.services for step in service.steps]
    served = {role for counter in plan.counters for role in counter.roles}
    assert [step.key for step in steps if step.role not in held] == []
    assert [step.key for step in steps if step.needs_applicant and served.isdisjoint(step.roles)] == []
    assert {"sekcam", "kasir"} <= {each.login for each in told}


@pytest.mark.parametrize(
    ("unit", "heads"),
    [
        ("Kecamatan", ["kasi", "sekretariat", "camat"]),
        ("Kelurahan", ["kasi", "seklur", "lurah"]),
        ("Dinas", ["kasi", "sekretariat", "kabid", "kadis"]),
        ("Mal Pelayanan Publik", ["kasi"]),
    ],
)
def test_an_office_begins_with_the_officers_of_its_kind(unit: str, heads: list[str]) -> None:
    _, told = planned(OfficeStandard("uji", f"{unit} Uji", unit, "35.08.10"), lambda password: "x")

    assert [each.login for each in told] == ["loket1", "loket2", "operator", *heads, "admin"]
