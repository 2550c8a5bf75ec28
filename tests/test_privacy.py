"""Nothing personal reaches what everybody sees: pages, boards, slips for the public, addresses, logs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from desks import APPLICANT, NIB, Desks

from shared.domain.files.procedure import FileAction
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

SECRETS = (APPLICANT["nik"], APPLICANT["name"], APPLICANT["phone"], APPLICANT["email"], APPLICANT["business"], NIB)
PRIVATE_SLIPS = ("data_sheet", "handover", "folder_cover")


def test_no_public_page_board_or_slip_holds_anything_personal(
    desks: Desks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = desks.to_step("archive")
    taken = desks.take("sktm", is_priority=True)
    desks.serve_next("loket2")
    app = create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading")
    client = app.test_client()
    token, ticket = desks.file(file).token, desks.ticket(1).token

    pages = [
        *("/", "/lumajang/", "/lumajang/kiosk", "/lumajang/display", "/lumajang/display/board.json"),
        *("/lumajang/display/plain", "/lumajang/standard/oss", "/healthz", "/openapi.json"),
        *(f"/t/{ticket}", f"/t/{token}", f"/t/{taken.token}"),
    ]
    shown = {page: client.get(page).get_data(as_text=True) for page in pages}

    for page, text in shown.items():
        assert [secret for secret in SECRETS if secret in text] == [], page
    for job in desks.jobs():
        if job.kind not in PRIVATE_SLIPS:
            text = json.dumps(job.lines, ensure_ascii=False)
            assert [secret for secret in SECRETS if secret in text] == [], job.kind
    said = capsys.readouterr()
    assert [secret for secret in SECRETS if secret in said.out + said.err] == []


def test_a_delicate_service_is_never_named_beside_a_number(desks: Desks) -> None:
    desks.take("sktm")
    slip = json.dumps(desks.jobs()[-1].lines, ensure_ascii=False)

    assert "SKTM" not in slip.upper()
    assert "TIDAK MAMPU" not in slip.upper()


def test_the_rules_of_the_addresses_hold_no_place_for_a_person(tmp_path: Path, sqlite_store: Store) -> None:
    app = create_app(Settings(data=tmp_path), sqlite_store, async_mode="threading")

    arguments = {argument for rule in app.url_map.iter_rules() for argument in rule.arguments}

    assert arguments.isdisjoint({"nik", "applicant", "phone", "email", "nib"})


def test_a_refusal_and_its_log_name_the_field_and_not_the_value(desks: Desks, office_log: Callable[[], str]) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    wrong: dict[str, Any] = APPLICANT | {"nik": "3508101713900001"}

    with pytest.raises(Exception, match="applicant") as refused:
        desks.receive("loket1", taken.id, FileAction.ACCEPT, applicant=wrong)

    assert wrong["nik"] not in str(refused.value) + str(vars(refused.value)) + office_log()


@pytest.fixture
def office_log() -> Any:
    """What the program has logged since the test began."""
    lines: list[str] = []
    structlog.configure(processors=[lambda _logger, _name, event: lines.append(str(event)) or ""])
    yield lambda: "\n".join(lines)
    structlog.reset_defaults()


def test_the_code_on_a_receipt_opens_the_file_on_a_phone(desks: Desks, tmp_path: Path) -> None:
    file = desks.to_step("handover")
    desks.later(days=1)  # the number of yesterday calls nobody any more
    app = create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading")

    page = app.test_client().get(f"/t/{desks.file(file).token}").get_data(as_text=True)

    assert "1/2026" in page
    assert "Ambil hasil" in page
    assert [secret for secret in SECRETS if secret in page] == []
