"""What a step collects belongs to that step, and a decision on a file is made without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from counter.files.files import FileClick
from shared.domain.actor import Actor
from shared.domain.errors import Invalid, Missing, NotAllowed
from shared.domain.files.file import Collected, File, FileInput, Pause, decide, gather
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.office import OfficeConfig, OfficeSettings
from shared.domain.standards.standard import Collects, Requirement, Role, ServiceStandard, Step
from shared.standards import shipped

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SIGNED = {"signature": {"is_signed": True}}
STANDARD = ServiceStandard(
    "surat", "A", "Surat", "Surat",
    requirements=(Requirement("ktp", "KTP"),),
    steps=(
        Step("receive", "Terima", Role.LOKET, needs_applicant=True, collects=(Collects.DOCUMENTS,)),
        Step("entry", "Data", Role.OPERATOR, needs_applicant=True, collects=(Collects.ENTRY, Collects.CONFIRMATION)),
        Step("first", "Paraf", Role.KASI, collects=(Collects.SIGNATURE,), may_send_back_to=("entry",)),
        Step("second", "Tanda tangan", Role.CAMAT, collects=(Collects.SIGNATURE,), may_send_back_to=("first",)),
        Step("handover", "Serahkan", Role.LOKET, collects=(Collects.RECEIVER,)),
    ),
)  # fmt: skip
OFFICE = OfficeConfig(1, "uji", "Uji", ZoneInfo("Asia/Jakarta"), OfficeSettings(), {}, (), (), ())


def actor(role: Role, **later: float) -> Actor:
    return Actor.officer(NOW + timedelta(**later), 1, "Ani", {role})


def at(step: str, **known: object) -> File:
    """An accepted file that came to this step at NOW."""
    file = File(1, 1, "token", NOW, NOW, FileState.OPEN, step, id=1, accepted_at=NOW, applicant={"name": "Siti"})
    return replace(file, **known)  # type: ignore[arg-type]


def test_a_second_signature_is_a_second_signature() -> None:
    first = decide(at("first"), STANDARD, FileAction.ADVANCE, FileInput(SIGNED), actor(Role.KASI), OFFICE).file

    with pytest.raises(Missing):
        decide(first, STANDARD, FileAction.ADVANCE, FileInput(), actor(Role.CAMAT), OFFICE)
    second = decide(first, STANDARD, FileAction.ADVANCE, FileInput(SIGNED), actor(Role.CAMAT), OFFICE).file

    assert second.step == "handover"
    assert [sorted(second.collected.at(step)) for step in ("first", "second")] == [["signature"], ["signature"]]


def test_a_file_that_was_sent_back_is_signed_anew_from_there_on() -> None:
    signed = Collected({"first": SIGNED, "second": SIGNED})
    given = FileInput(target="first", reason="Nama keliru")

    back = decide(at("second", collected=signed), STANDARD, FileAction.SEND_BACK, given, actor(Role.CAMAT), OFFICE).file

    assert (back.step, back.collected.steps) == ("first", {})


def test_keeping_and_correcting_do_not_move_the_time_since_when_a_file_lies_there() -> None:
    file = at("entry")
    said = FileInput({"confirmation": {"is_approved": True}})

    kept = gather(file, STANDARD, said, actor(Role.OPERATOR, hours=1)).file
    given = FileInput(applicant={"name": "Siti Aminah", "nik": "3508205708909992", "phone": "081234567890"})
    corrected = decide(kept, STANDARD, FileAction.CORRECT, given, actor(Role.OPERATOR, hours=2), OFFICE).file
    again = FileInput({"entry": {"is_done": True}, "confirmation": {"is_approved": True}})
    moved = decide(corrected, STANDARD, FileAction.ADVANCE, again, actor(Role.OPERATOR, hours=3), OFFICE).file

    assert (kept.since_at, corrected.since_at, moved.since_at) == (NOW, NOW, NOW + timedelta(hours=3))
    assert corrected.collected.data_version == 2


def test_a_correction_lapses_the_yes_that_was_given_before_it() -> None:
    said = FileInput({"entry": {"is_done": True}, "confirmation": {"is_approved": True}})
    kept = gather(at("entry"), STANDARD, said, actor(Role.OPERATOR)).file
    given = FileInput(applicant={"name": "Siti Aminah", "nik": "3508205708909992", "phone": "081234567890"})

    corrected = decide(kept, STANDARD, FileAction.CORRECT, given, actor(Role.OPERATOR), OFFICE).file

    with pytest.raises(Missing) as refusal:
        decide(corrected, STANDARD, FileAction.ADVANCE, FileInput(), actor(Role.OPERATOR), OFFICE)
    assert refusal.value.facts["missing"] == ["confirmation"]


def test_nobody_is_passed_over_who_waits_in_the_room() -> None:
    said = FileInput({"entry": {"is_done": True}, "confirmation": {"is_approved": True}})

    with pytest.raises(NotAllowed, match="call_first"):
        decide(at("entry"), STANDARD, FileAction.ADVANCE, said, actor(Role.OPERATOR), OFFICE, "A-001")


def test_a_step_takes_only_what_it_asks_for() -> None:
    with pytest.raises(Invalid, match="not_collected_here"):
        gather(at("first"), STANDARD, FileInput({"archive": {"number": "1"}}), actor(Role.KASI))


def test_a_pause_is_ended_and_the_file_goes_on_where_it_was() -> None:
    rests = at("first").paused("oss_down", NOW + timedelta(hours=1))
    goes_on = rests.resumed(NOW + timedelta(hours=2))

    assert (rests.state, rests.since_at) == (FileState.PAUSED, NOW + timedelta(hours=1))
    assert goes_on.pauses == (Pause("oss_down", NOW + timedelta(hours=1), NOW + timedelta(hours=2)),)
    assert (goes_on.state, goes_on.step) == (FileState.OPEN, "first")


def test_what_was_collected_is_the_same_after_it_was_written_down() -> None:
    collected = Collected({"first": SIGNED}, {"ktp": "buram"}, 4)

    assert Collected.from_json(collected.to_json()) == collected


@pytest.mark.parametrize("standard", [each for office in shipped() for each in office.services], ids=lambda s: s.slug)
def test_the_products_of_every_shipped_standard_can_be_handed_over(standard: ServiceStandard) -> None:
    """The page offers them line by line, as the standard names them."""
    sent = {"collected": {"product": {"documents": "\r\n".join(standard.products)}}}

    given = FileClick.model_validate(sent).given()

    assert given.collected["product"]["documents"] == list(standard.products)
