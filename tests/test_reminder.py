"""What the office tells an applicant on their phone: written beforehand, sent by the officer, and noted."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from desks import APPLICANT, Desks
from sqlalchemy import select

from shared.domain.errors import NotAllowed
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.files.reminder import Reminder, fitting, whatsapp
from shared.engine.files import reminder as file_reminder
from shared.store.tables import Event


def remind(desks: Desks, case_id: int, kind: Reminder) -> str:
    return desks.store.change(desks.id, desks.actor("loket1"), file_reminder.remind, case_id, kind)


@pytest.mark.parametrize(
    ("state", "is_awaited", "is_handed_over", "kinds"),
    [
        (FileState.OPEN, True, True, ["ready", "called"]),
        (FileState.OPEN, True, False, ["called"]),
        (FileState.OPEN, False, False, ["called"]),
        (FileState.RETURNED, True, False, ["incomplete"]),
        (FileState.COMPLETED, False, False, []),
        (FileState.WITHDRAWN, False, False, []),
    ],
)
def test_only_what_fits_the_file_can_be_said(
    state: FileState, is_awaited: bool, is_handed_over: bool, kinds: list[str]
) -> None:
    assert fitting(state, is_awaited=is_awaited, is_handed_over=is_handed_over) == kinds


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("0812 3456-7890", "https://wa.me/6281234567890?text=a%20b"),
        ("+62 812 34567890", "https://wa.me/6281234567890?text=a%20b"),
        ("(0334) 441306", None),
        ("", None),
    ],
)
def test_a_message_goes_to_mobile_numbers_only(number: str, link: str | None) -> None:
    assert whatsapp(number, "a b") == link


def test_the_message_names_the_file_and_nothing_of_the_person_or_the_matter(desks: Desks) -> None:
    case = desks.to_step("handover")

    link = remind(desks, case, Reminder.READY)

    said = unquote(link)
    assert said.startswith("https://wa.me/6281234567890?text=Yth. Bapak/Ibu, hasil berkas nomor 1/2026 di Kecamatan")
    assert said.endswith(f"/t/{desks.file(case).token}")
    service = desks.store.office_config(desks.id).service("oss").standard
    secrets = (APPLICANT["nik"], APPLICANT["name"], service.name, service.short_name, "OSS", "NIB")
    assert not [each for each in secrets if each in said]


def test_it_is_noted_who_told_what_and_never_to_what_number(desks: Desks) -> None:
    case = desks.to_step("handover")

    remind(desks, case, Reminder.CALLED)

    with desks.store.read() as connection:
        event = connection.execute(select(Event).where(Event.case_id == case).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.action, event.detail, event.officer_id) == ("remind", {"kind": "called"}, desks.officers["loket1"])
    assert "1234567890" not in str(tuple(event))


def test_what_does_not_fit_is_refused_and_not_noted(desks: Desks) -> None:
    case = desks.to_step("validate")

    for kind in (Reminder.READY, Reminder.INCOMPLETE):
        with pytest.raises(NotAllowed, match="no_reminder"):
            remind(desks, case, kind)

    desks.act("kasi", case, FileAction.RETURN_TO_APPLICANT, reason="KTP buram")
    assert "perlu%20dilengkapi" in remind(desks, case, Reminder.INCOMPLETE)
