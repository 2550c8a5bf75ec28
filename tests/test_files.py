"""A file goes through the steps of its standard, and the visitor's ticket follows it; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desks import APPLICANT, NIB, ROLES, Desks
from sqlalchemy import insert
from world import dump

from shared.domain.errors import Forbidden, Invalid, Missing, NotAllowed, Refusal, Unknown
from shared.domain.files.procedure import FileAction, FileState, actions_for
from shared.domain.queue.ticket import Action
from shared.domain.queue.ticket import State as TicketState
from shared.domain.standards.check import service_problems
from shared.domain.standards.standard import Role
from shared.engine.queue import officer
from shared.engine.queue.officer import Onward
from shared.engine.setup.office import OfficeForm, change_office
from shared.store import tables
from shared.store.files.files import by_id, columns
from shared.store.files.register import RegisterSearch, find
from shared.store.files.views import tray
from shared.store.office import Store
from shared.store.queue.outages import minutes


@pytest.fixture
def desks_on_both(store: Store) -> Desks:
    """On SQLite, and again on PostgreSQL."""
    return Desks(store)


def test_a_file_goes_through_all_ten_steps_and_its_visitor_follows(desks_on_both: Desks) -> None:
    desks = desks_on_both
    taken = desks.take()
    desks.serve_next("loket1")

    file = desks.receive("loket1", taken.id)

    assert (file["register"], file["state"], file["step"]) == ("1/2026", "open", "validate")
    assert desks.ticket(taken.id).state == TicketState.PROCESSING
    desks.act("kasi", file["id"], FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    waiting = desks.ticket(taken.id)
    assert (waiting.state, waiting.role) == (TicketState.WAITING, Role.OPERATOR)
    assert desks.serve_next("loket2") is None
    assert desks.serve_next("operator") is not None
    for step in ("account", "login", "entry"):
        desks.act("operator", file["id"], FileAction.ADVANCE, collected={step: {"is_done": True}})
        assert desks.ticket(taken.id).state == TicketState.SERVING
    desks.collect("operator", file["id"], confirmation={"is_approved": True})
    product = {"product": {"nib": NIB, "documents": ["NIB", "Izin Usaha Mikro"]}}
    desks.act("operator", file["id"], FileAction.ADVANCE, collected=product)
    assert desks.ticket(taken.id).state == TicketState.PROCESSING
    desks.act("sekretariat", file["id"], FileAction.ADVANCE, collected={"archive": {"number": "1", "place": "Rak 1"}})
    assert desks.serve_next("loket1") is not None
    handed = desks.act("loket1", file["id"], FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    assert (handed["state"], handed["step"]) == ("completed", "recap")
    assert desks.ticket(taken.id).state == TicketState.DONE
    assert desks.recap("kasi", "001/REKAP/2026")["files"] == 1
    with pytest.raises(NotAllowed, match="recap_number_taken"):
        desks.recap("kasi", "001 / rekap/2026")
    assert desks.file(file["id"]).step is None
    assert [job.kind for job in desks.jobs()] == ["number", "receipt", "handover"]


@pytest.mark.parametrize("is_recapped_first", [False, True])
def test_work_behind_the_hand_over_is_the_offices_own_and_the_applicant_is_done(
    desks_on_both: Desks, is_recapped_first: bool
) -> None:
    desks = desks_on_both
    _archive_comes_behind_the_hand_over(desks)
    file = desks.to_step("handover")
    desks.serve_next("loket1")

    handed = desks.act("loket1", file, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})

    assert (handed["state"], handed["step"]) == ("completed", "archive")
    assert desks.file(file).completed_at == desks.now
    assert [line.id for line in desks.tray("sekretariat").files] == [file]
    assert [line.due_at for line in desks.tray("sekretariat").files] == [None]
    desks.undo("loket1", file)
    assert desks.tray("sekretariat").count == 0
    desks.act("loket1", file, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    if is_recapped_first:
        assert desks.recap("kasi", "001/REKAP/2026")["files"] == 1
        assert desks.file(file).step == "archive"
    with pytest.raises(Missing):
        desks.act("sekretariat", file, FileAction.ADVANCE)
    whole = {"number": "7", "place": "Rak 2"}
    desks.collect("sekretariat", file, archive={"number": "7"})
    for action in (FileAction.WITHDRAW, FileAction.CORRECT, FileAction.REFUSE, FileAction.PAUSE):
        with pytest.raises(NotAllowed):
            desks.act("sekretariat", file, action, reason="other")
    done = desks.act("sekretariat", file, FileAction.ADVANCE, collected={"archive": whole})

    assert desks.tray("sekretariat").count == 0
    assert (done["state"], done["step"]) == ("completed", None if is_recapped_first else "recap")
    if not is_recapped_first:
        assert desks.recap("kasi", "001/REKAP/2026")["files"] == 1
    assert (desks.file(file).step, desks.file(file).work_left) == (None, False)
    assert desks.file(file).collected.of("archive").items() >= whole.items()


def _archive_comes_behind_the_hand_over(desks: Desks) -> None:
    standard = desks.store.office_config(desks.id).service("oss").standard
    steps = {step.key: step for step in standard.steps}
    order = [*(key for key in steps if key not in ("archive", "recap")), "archive", "recap"]
    changed = replace(standard, steps=tuple(steps[key] for key in order))
    assert service_problems(changed) == []
    desks.keep(changed)


def test_slips_speak_the_language_that_the_visitor_chose(desks: Desks) -> None:
    standard = desks.store.office_config(desks.id).service("oss").standard
    taken = desks.take(language="en")
    desks.serve_next("loket1")
    desks.receive("loket1", taken.id)

    number, receipt = (str(job.lines) for job in desks.jobs())

    for said in (number, receipt):
        assert standard.name_en is not None
        assert standard.name_en in said
        assert standard.name not in said
    assert "Your queue number" in number
    assert "Have ready:" in number
    assert "RECEIPT" in receipt
    assert "Documents received:" in receipt
    english = [each.text_en for each in standard.requirements if each.text_en and not each.when]
    assert english
    assert all(text in number for text in english)


def test_an_incomplete_file_is_returned_and_taken_up_again_with_what_was_there(desks: Desks) -> None:
    first = desks.take()
    desks.serve_next("loket1")
    some = {"documents": dict(list(desks.documents("oss").items())[:2])}

    returned = desks.receive("loket1", first.id, FileAction.RETURN_TO_APPLICANT, collected=some)

    assert returned["state"] == "returned"
    assert desks.ticket(first.id).state == TicketState.DONE
    assert desks.jobs()[-1].kind == "incomplete"
    again = desks.come_back(desks.file(returned["id"]).token)
    desks.serve_next("loket1")
    assert desks.file(returned["id"]).collected.of("documents").keys() >= some["documents"].keys()
    accepted = desks.receive("loket1", again.id)
    assert (accepted["id"], accepted["state"], accepted["register"]) == (returned["id"], "open", "1/2026")


def test_the_slip_says_what_is_wrong_with_each_missing_document(desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    there, blurred, absent, *_ = desks.documents("oss")
    said = {
        "documents": {there: True},
        "remarks": {there: "sudah baik", blurred: "  fotokopi   buram " + "x" * 90, absent: " "},
    }

    returned = desks.receive("loket1", taken.id, FileAction.RETURN_TO_APPLICANT, collected=said)

    names = {each.key: each.text for each in desks.store.office_config(desks.id).service("oss").standard.requirements}
    slip = str(desks.jobs()[-1].lines)
    kept = desks.file(returned["id"]).collected.remarks
    assert kept == {there: "sudah baik", blurred: f"fotokopi buram {'x' * 65}"}
    assert f"{names[blurred]}: fotokopi buram x" in slip
    assert f"{names[absent]}'" in slip
    assert "sudah baik" not in slip

    again = desks.come_back(desks.file(returned["id"]).token)
    desks.serve_next("loket1")
    everything = {"documents": dict.fromkeys(desks.documents("oss"), True), "remarks": {**kept, absent: "tanpa cap"}}
    desks.receive("loket1", again.id, collected=everything)
    assert desks.file(returned["id"]).collected.remarks == {there: "sudah baik", absent: "tanpa cap"}


def test_remarks_come_with_documents_alone(desks: Desks) -> None:
    file = desks.to_step("validate")
    before = dump(desks.store)

    with pytest.raises(Invalid):
        desks.collect("kasi", file, remarks={"ktp": "buram"})

    assert dump(desks.store) == before


def test_a_failed_validation_goes_back_to_the_loket_or_to_the_applicant(desks: Desks) -> None:
    file = desks.to_step("validate")

    back = desks.act("kasi", file, FileAction.SEND_BACK, target="receive", reason="Fotokopi KTP tidak terbaca")

    assert (back["state"], back["step"]) == ("open", "receive")


def test_a_correction_is_a_new_version_and_lapses_the_approval(desks: Desks) -> None:
    file = desks.to_step("confirm")
    desks.collect("operator", file, confirmation={"is_approved": True})

    corrected = desks.act("operator", file, FileAction.CORRECT, applicant=APPLICANT | {"business": "Keripik Baru"})

    assert corrected["data_version"] == 2
    with pytest.raises(Missing) as refused:
        desks.act("operator", file, FileAction.ADVANCE, collected={"product": {"nib": NIB, "documents": ["NIB"]}})
    assert "confirmation" in refused.value.facts["missing"]


@pytest.mark.parametrize(
    ("step", "who", "action", "said", "refusal", "code"),
    [
        ("confirm", "operator", FileAction.ADVANCE, {"product": {"nib": NIB}}, Missing, "confirmation"),
        ("confirm", "operator", FileAction.ADVANCE, {"confirmation": {"is_approved": True}}, Missing, "nib"),
        (
            "confirm",
            "operator",
            FileAction.ADVANCE,
            {"confirmation": {"is_approved": True}, "product": {"nib": "123456789012"}},
            Missing,
            "nib",
        ),
        ("validate", "kasi", FileAction.ADVANCE, {}, Missing, "validation"),
        ("validate", "operator", FileAction.ADVANCE, {}, Forbidden, "wrong_role"),
        ("archive", "sekretariat", FileAction.ADVANCE, {"archive": {"number": "7"}}, Missing, "archive_place"),
        (
            "handover",
            "loket1",
            FileAction.HAND_OVER,
            {"receiver": {"kind": "representative"}},
            Missing,
            "receiver_letter",
        ),
        ("handover", "loket1", FileAction.ADVANCE, {}, NotAllowed, "wrong_step"),
    ],
)
def test_a_forbidden_move_names_what_is_missing_and_changes_nothing(
    desks: Desks,
    step: str,
    who: str,
    action: FileAction,
    said: dict[str, Any],
    refusal: type[Refusal],
    code: str,
) -> None:
    file = desks.to_step(step)
    before = dump(desks.store)

    with pytest.raises(refusal) as refused:
        desks.act(who, file, action, collected=said)

    assert code in [refused.value.code, *refused.value.facts.get("missing", [])]
    assert dump(desks.store) == before


@pytest.mark.parametrize(
    "step", ["validate", "account", "login", "entry", "confirm", "archive", "handover"], ids=lambda step: f"at {step}"
)
def test_at_each_step_every_other_role_and_action_is_refused(sqlite_store: Store, step: str) -> None:
    desks = Desks(sqlite_store)
    file = desks.to_step(step)
    steps = desks.store.office_config(desks.id).service("oss").standard.steps
    before = dump(desks.store)

    for who, roles in ROLES.items():
        for action in FileAction:
            possible = {other for role in roles for other in actions_for(FileState.OPEN, steps, step, [role])}
            if action in possible:
                continue
            with pytest.raises(Refusal) as refused:
                desks.act(who, file, action, reason="other", target="receive")
            assert refused.value.status in (403, 409, 422), (who, action)
    assert dump(desks.store) == before


def test_a_file_of_another_office_is_not_there(sqlite_store: Store) -> None:
    here, there = Desks(sqlite_store), Desks(sqlite_store, "ranuyoso")
    file = here.to_step("validate")

    with pytest.raises(Unknown, match="case"):
        there.act("kasi", file, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})


def test_a_running_file_keeps_its_version_of_the_standard(desks: Desks) -> None:
    file = desks.to_step("validate")
    service = desks.store.office_config(desks.id).service("oss")
    shorter = replace(service.standard, steps=service.standard.steps[:3])
    desks.keep(shorter)

    moved = desks.act("kasi", file, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})

    assert moved["step"] == "account"
    assert len(desks.store.office_config(desks.id).service("oss").standard.steps) == 3


def test_an_nib_is_unique_in_the_office(desks: Desks) -> None:
    taken = desks.file(desks.to_step("archive")).nib
    file = desks.to_step("confirm")
    desks.collect("operator", file, confirmation={"is_approved": True})

    with pytest.raises(NotAllowed, match="nib_taken"):
        desks.act("operator", file, FileAction.ADVANCE, collected={"product": {"nib": taken, "documents": ["NIB"]}})


@pytest.mark.parametrize("nik", ["350810170890999", "3508107208900001", "3508101713900001", "3508101708900000"])
def test_an_impossible_nik_is_refused_with_the_field(desks: Desks, nik: str) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    before = dump(desks.store)

    with pytest.raises(Invalid) as refused:
        desks.receive("loket1", taken.id, applicant=APPLICANT | {"nik": nik})

    assert refused.value.facts["fields"][0].startswith("nik_")
    assert dump(desks.store) == before


def test_a_number_slip_says_what_is_disturbed_only_while_it_is(desks: Desks) -> None:
    slips = []
    for begins in (None, True, False):
        if begins is not None:
            desks.outage("operator", begins=begins)
        desks.take()
        slips.append("OSS sedang gangguan" in str(desks.jobs()[-1].lines))

    assert slips == [False, True, False]


def test_an_outage_rests_all_files_in_oss_and_wakes_them_in_order(desks_on_both: Desks) -> None:
    desks = desks_on_both
    at_entry, at_login = desks.to_step("entry"), None
    desks.ticket_act("operator", 1, "finish")
    at_login = desks.to_step("login")
    at_kasi = desks.to_step("validate")

    assert desks.outage("operator", begins=True) == 2

    assert [desks.file(each).state for each in (at_entry, at_login, at_kasi)] == [
        FileState.PAUSED,
        FileState.PAUSED,
        FileState.OPEN,
    ]
    moved = desks.act("kasi", at_kasi, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    assert (moved["state"], moved["step"]) == ("paused", "account")
    desks.later(minutes=42)
    assert desks.outage("kasi", begins=False) == 3
    assert desks.file(at_entry).state == FileState.OPEN
    assert desks.file(at_entry).pauses[-1][2] is not None


def test_a_number_slip_says_that_oss_does_not_answer_and_the_report_says_how_long(desks: Desks) -> None:
    desks.outage("operator", begins=True)
    desks.take("oss")
    desks.take("legalisasi")
    oss, other = (str(job.lines) for job in desks.jobs())
    desks.later(minutes=42)
    desks.outage("operator", begins=False)

    assert "OSS sedang gangguan" in oss
    assert "OSS sedang gangguan" not in other
    with desks.store.read() as connection:
        today = desks.now.date()
        assert minutes(connection, desks.store.office_config(desks.id), today, today, desks.now) == (1, 42)


def test_an_undo_restores_case_and_ticket_exactly(desks_on_both: Desks) -> None:
    desks = desks_on_both
    file = desks.to_step("validate")
    before = desks.file(file), desks.ticket(1)

    desks.act("kasi", file, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    desks.undo("kasi", file)

    assert (desks.file(file), desks.ticket(1)) == before
    with pytest.raises(NotAllowed, match="undo_nothing"):
        desks.undo("kasi", file)


def test_what_a_file_did_to_its_visitor_is_taken_back_with_the_file_alone(desks: Desks) -> None:
    file = desks.to_step("handover")
    desks.serve_next("loket1")
    desks.act("loket1", file, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    before = dump(desks.store)

    with pytest.raises(NotAllowed, match="undo_nothing"):
        desks.store.change(desks.id, desks.actor("loket1"), officer.undo)

    assert dump(desks.store) == before
    desks.undo("loket1", file)
    assert (desks.file(file).state, desks.ticket(1).state) == (FileState.OPEN, TicketState.SERVING)


def test_a_file_is_not_taken_back_while_somebody_else_stands_where_its_visitor_stood(desks_on_both: Desks) -> None:
    desks = desks_on_both
    file = desks.to_step("handover")
    desks.take()
    desks.serve_next("loket1")
    desks.act("loket1", file, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    desks.serve_next("loket1")
    before = dump(desks.store)

    with pytest.raises(NotAllowed, match="counter_busy"):
        desks.undo("loket1", file)

    assert dump(desks.store) == before


def test_an_undo_comes_too_late_after_ten_seconds_or_for_somebody_else(desks: Desks) -> None:
    file = desks.to_step("validate")
    desks.act("kasi", file, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})

    with pytest.raises(NotAllowed, match="undo_nothing"):
        desks.undo("admin", file)
    desks.later(seconds=11)
    with pytest.raises(NotAllowed, match="undo_late"):
        desks.undo("kasi", file)


def test_the_result_is_collected_on_another_day_by_a_representative(desks: Desks) -> None:
    file = desks.to_step("handover")
    desks.ticket_act("loket1", 1, "finish") if desks.ticket(1).state == TicketState.SERVING else None
    desks.later(days=1)

    visit = desks.come_back(desks.file(file).token)

    assert desks.ticket(visit.id).case_id == file
    desks.serve_next("loket2")
    receiver = {"kind": "representative", "name": "Budi Contoh", "letter": "Surat kuasa 24-11-2026"}
    assert desks.act("loket2", file, FileAction.HAND_OVER, collected={"receiver": receiver})["state"] == "completed"
    assert desks.ticket(visit.id).state == TicketState.DONE


def test_who_missed_their_call_and_shows_the_receipt_again_is_in_line_again(desks: Desks) -> None:
    file = desks.to_step("handover")
    desks.ticket_act("loket1", 1, "finish") if desks.ticket(1).state == TicketState.SERVING else None
    desks.later(days=1)
    token = desks.file(file).token
    visit = desks.come_back(token)
    desks.store.change(desks.id, desks.actor("loket1"), officer.call_next)
    desks.ticket_act("loket1", visit.id, "miss")

    again = desks.come_back(token)

    assert (again.id, again.state, again.has_paper) == (visit.id, TicketState.WAITING, False)
    called = desks.serve_next("loket2")
    assert called is not None
    assert called["id"] == visit.id


def test_who_came_for_a_file_and_is_sent_on_to_another_service_opens_another_file_there(desks: Desks) -> None:
    first = desks.to_step("handover")
    desks.ticket_act("loket1", 1, "finish") if desks.ticket(1).state == TicketState.SERVING else None
    desks.later(days=1)
    visit = desks.come_back(desks.file(first).token)
    desks.serve_next("loket1")
    desks.store.change(
        desks.id, desks.actor("loket1"), officer.act, visit.id, Action.TRANSFER, onward=Onward(service="legalisasi")
    )
    desks.serve_next("loket2")

    opened = desks.receive("loket2", visit.id, collected={"documents": desks.documents("legalisasi")})

    assert (opened["service"], opened["state"]) == ("legalisasi", "open")
    assert (desks.file(first).step, desks.ticket(visit.id).case_id) == ("handover", opened["id"])


def test_somebody_whose_file_needs_nobody_gets_no_number(desks: Desks) -> None:
    file = desks.to_step("archive")
    desks.later(days=1)

    with pytest.raises(NotAllowed, match="not_needed"):
        desks.come_back(desks.file(file).token)


def test_a_legalisation_is_done_in_one_visit_at_one_counter(desks: Desks) -> None:
    taken = desks.take("legalisasi")
    desks.serve_next("loket1")
    documents = {"documents": desks.documents("legalisasi")}

    file = desks.receive("loket1", taken.id, collected=documents)
    done = desks.act("loket1", file["id"], FileAction.FINISH)

    assert done["state"] == "completed"
    assert desks.ticket(taken.id).state == TicketState.DONE


def test_a_marriage_dispensation_is_signed_on_its_way(desks: Desks) -> None:
    taken = desks.take("dispensasi-nikah")
    desks.serve_next("loket1")
    service = desks.store.office_config(desks.id).service("dispensasi-nikah").standard
    answers = {question.key: question.options[0].key for question in service.questions}
    documents = {"documents": desks.documents("dispensasi-nikah", **answers)}

    file = desks.receive("loket1", taken.id, collected=documents, answers=answers)
    desks.act("kasi", file["id"], FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    with pytest.raises(Missing):
        desks.act("sekretariat", file["id"], FileAction.ADVANCE)
    signed = desks.act("sekretariat", file["id"], FileAction.ADVANCE, collected={"signature": {"is_signed": True}})

    assert signed["step"] == "handover"
    assert desks.ticket(taken.id).role == Role.LOKET


def test_the_tray_beside_the_panel_shows_what_is_due_first_and_counts_all(sqlite_store: Store) -> None:
    desks = Desks(sqlite_store)
    file = desks.file(desks.to_step("validate"))
    assert file.due_at is not None
    row = {"office_id": desks.id, **columns(file)}
    for number in range(2, 6):
        more = {"token": f"token-{number}", "register_number": number}
        due = {"due_at": file.due_at - timedelta(hours=number)}
        desks.store.write(insert(tables.FileRecord), {**row, **more, **due})

    office = desks.store.office_config(desks.id)
    with desks.store.read() as connection:
        found = tray(connection, desks.store.office_configs, office, {Role.KASI}, desks.now, limit=3)
        others = tray(connection, desks.store.office_configs, office, {Role.OPERATOR}, desks.now)

    assert ([file.register for file in found.files], found.count) == (["5/2026", "4/2026", "3/2026"], 5)
    assert others.count == 0


def test_the_line_of_the_regency_stands_on_every_slip_and_the_contacts_on_the_receipt(sqlite_store: Store) -> None:
    desks = Desks(sqlite_store)
    form = OfficeForm(name="Kecamatan Lumajang", letterhead=["PEMERINTAH KABUPATEN"], email="kantor@contoh.example")
    desks.store.change(desks.id, desks.actor("admin"), change_office, form)

    desks.to_step("validate")

    said = {job.kind: str(job.lines) for job in desks.jobs()}
    assert "PEMERINTAH KABUPATEN" in said["receipt"]
    assert "kantor@contoh.example" in said["receipt"]
    assert "PEMERINTAH KABUPATEN" in said["number"]
    assert "kantor@contoh.example" not in said["number"]


def test_a_promise_of_minutes_stands_on_the_receipt_with_its_minute(here: Desks) -> None:
    taken = here.take("dispensasi-nikah")
    here.serve_next("loket1")
    documents = here.documents("dispensasi-nikah", status="belum")
    here.receive("loket1", taken.id, answers={"status": "belum"}, collected={"documents": documents})

    receipt = next(str(job.lines) for job in here.jobs() if job.kind == "receipt").replace("\\xa0", " ")

    assert "Senin, 23 November 2026 pukul 08.30" in receipt
    assert "Waktu: 30 (tiga puluh) menit" in receipt


@pytest.mark.parametrize(
    "text",
    [
        "1/2026", " 1 / 2026", "No. 1/2026", "1", "3508 2057 0890 9992", "3508.2057.0890.9992", "0812-3456-7890",
        "+62 812 3456 7890", "siti  CONTOH", "contoh",
    ],
)  # fmt: skip
def test_the_register_finds_a_file_however_its_number_or_name_is_typed(here: Desks, text: str) -> None:
    taken = here.take()
    here.serve_next("loket1")
    here.receive("loket1", taken.id)

    with here.store.read() as connection:
        office = here.store.office_config(here.id)
        found, count = find(connection, office, RegisterSearch(text))
        elsewhere = find(connection, office, RegisterSearch("2/2026"))
        numbers = [file.register for file in by_id(connection, found).values()]

    assert (numbers, count) == (["1/2026"], 1)
    assert elsewhere == ([], 0)


@pytest.fixture
def here(sqlite_store: Store) -> Desks:
    """What is no question of the database."""
    return Desks(sqlite_store)
