"""Who gets through: every address that changes something, tried by every role, against a table written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from desks import Desks
from flask import Flask
from world import World

from shared.domain.rights import RIGHTS, Right, may
from shared.domain.standards.standard import CHIEFS, Role
from shared.engine.people.device import issue_token
from shared.engine.setup.standard import save_standard
from shared.standards import service_to_json
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

ROLES = {
    "L": Role.LOKET,
    "O": Role.OPERATOR,
    "K": Role.KASI,
    "S": Role.SEKRETARIAT,
    "C": Role.CAMAT,
    "V": Role.SEKCAM,
    "U": Role.LURAH,
    "R": Role.KASIR,
    "A": Role.ADMIN,
    "B": Role.KABUPATEN,
}

# fmt: off
THROUGH = {
    "LOKS   RA ": """
        counter.survey_paper_out counter.survey_refused counter.enter_survey_paper
        counter.open_counter counter.close_counter counter.hand_over_counter counter.pause_counter
        counter.resume_counter counter.call_next counter.call_number counter.act counter.undo counter.write_note
        counter.next_service counter.walk_in counter.receive counter.find_returned counter.print_slip counter.remind
        counter.send_message_to
        paper.reprint paper.give_up paper.new_roll
    """,
    "LOKSCVURAB": """
        counter.end_session counter.sign_out
        counter.do_sign_in counter.do_change_password counter.do_sign_in_code counter.end_second_factor
        kiosk_survey.visit kiosk_survey.refuse kiosk_survey.answer kiosk_survey.drop_coin
        survey.begin survey.refuse survey.answer
        kiosk.take kiosk.results kiosk.file kiosk.missing sound.spoken devices.ask devices.redeem
        counter.end_token counter.stop_work counter.end_tour complaint.send answer.reply
        kiosk_complaint.complain
        agents.attach agents.offer agents.claim agents.report epson.ask star.poll star.done
    """,
    "LOKSCVURA ": "counter.act_on_file counter.whole_nik counter.seek counter.enter_complaint",
    "  KSCVU A ": """
        counter.act_on_complaint counter.about_whom counter.publish_complaint counter.complaint_slip
        counter.complaint_person
    """,
    " OK     A ": "counter.disturb",
    "L K     A ": "counter.enter_late",
    " OKS    A ": "counter.issue_letter",
    "  KS    A ": "counter.void_letter",
    "  K     A ": """
        counter.close_survey counter.plan_survey_action counter.change_survey_action counter.write_survey_texts
        counter.open_day counter.close_day counter.send_message counter.force_hours counter.take_over_ticket
        counter.empty_counter counter.make_recap counter.confirm_clock counter.sign_report counter.amend_row
        counter.close_month counter.find_person counter.ask_data counter.answer_data
        counter.make_evidence counter.begin_second_factor counter.confirm_second_factor
    """,
    "        A ": """
        devices_setup.confirm devices_setup.invite devices_setup.configure devices_setup.revoke devices_setup.tell
        devices_setup.test_call setup.office setup.blank_form setup.logo setup.services setup.new_service setup.standard
        setup.import_file setup.import_services setup.import_draft setup.drop_draft setup.counters setup.officer
        setup.new_officer setup.new_password setup.hours setup.week setup.holidays setup.letters setup.rules
        setup.survey setup.display setup.slides setup.recording setup.printers setup.test_page setup.found
        setup.found_by_standard
        setup.open_practice setup.register setup.privacy
        programs_setup.make_token programs_setup.add_webhook programs_setup.test_webhook programs_setup.remove_webhook
        programs_setup.save_gateway programs_setup.test_gateway programs_setup.remove_gateway
        setup.skip_step setup.find_printers setup.use_printer setup.password_sheet setup.backup setup.colour
        setup.reset_second_factor
    """,
}
"""Roles by their letters -> the addresses at which they are not told that their role may not do this."""
# fmt: on


@pytest.fixture
def tokens(here: World) -> Iterator[dict[str, str]]:
    """Letter of a role -> the token of an officer who holds it alone."""
    limiter.reset()
    made = {}
    for letter, role in ROLES.items():
        officer = here.store.write_with(world.add_officer, here.id, f"the-{role}", role)
        made[letter] = here.store.write_with(issue_token, here.id, "officer", role, here.now, officer)
    yield made
    limiter.reset()


def addresses(app: Flask) -> dict[str, str]:
    """Endpoint -> an address of it that changes something; the numbers and names in it are those of nothing."""
    with app.test_request_context():
        return {
            rule.endpoint: rule.build(
                {name: "uji" if name == "office" else 1 if name == "number" else 999 for name in rule.arguments}
            )[1]
            for rule in app.url_map.iter_rules()
            if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        }


def test_each_role_gets_through_where_the_table_says(app: Flask, tokens: dict[str, str]) -> None:
    client, found = app.test_client(), {}
    for endpoint, address in addresses(app).items():
        through = ""
        for letter, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            answer = client.post(address, headers=headers)
            is_told = answer.status_code == 403 and (answer.json or {}).get("error", {}).get("code") == "role"
            through += " " if is_told else letter
            assert answer.status_code != 500, (endpoint, letter)
        found[endpoint] = through
        limiter.reset()

    wanted = {endpoint: roles for roles, endpoints in THROUGH.items() for endpoint in endpoints.split()}
    assert found == wanted


@pytest.mark.parametrize("who", ["loket1", "operator", "kasi", "sekretariat", "camat"])
def test_a_step_of_each_role_is_done_by_that_role(sqlite_store: Store, tmp_path: Path, who: str) -> None:
    desks = Desks(sqlite_store)
    app = create_app(Settings(data=tmp_path), sqlite_store, lambda: desks.now, async_mode="threading")
    table = service_to_json(sqlite_store.office_config(desks.id).service("oss").standard)
    next(step for step in table["steps"] if step["key"] == "archive")["role"] = who.rstrip("1")
    sqlite_store.change(desks.id, desks.actor("admin"), save_standard, "oss", table)
    file = desks.to_step("archive")
    token = sqlite_store.write_with(issue_token, desks.id, "officer", who, desks.now, desks.officers[who])

    answer = app.test_client().post(
        f"/lumajang/counter/cases/{file}/advance",
        json={"collected": {"archive": {"number": "7", "place": "Rak 2"}}},
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
    )

    assert (answer.status_code, answer.json["step"]) == (200, "handover")


def test_all_who_decide_and_sign_have_the_same_rights() -> None:
    held = {role: {right for right in Right if role in RIGHTS[right]} for role in CHIEFS}

    assert all(rights == held[Role.CAMAT] for rights in held.values())


def test_the_camat_serves_at_a_counter_of_the_camat_alone() -> None:
    assert not may(Right.SERVE, {Role.CAMAT})
    assert not may(Right.SERVE, {Role.CAMAT}, {Role.LOKET})
    assert may(Right.SERVE, {Role.CAMAT}, {Role.CAMAT, Role.KASI})
    assert not may(Right.PRINT, {Role.CAMAT}, {Role.CAMAT})


def test_every_right_belongs_to_somebody() -> None:
    assert set(RIGHTS) == set(Right)
    assert [right for right, roles in RIGHTS.items() if not roles or Role.APPLICANT in roles] == []
