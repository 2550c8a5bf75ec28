"""What a file's page says of its way: steps with who and how long, corrections, what one sitting ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from world import MORNING

from shared.domain.files.trail import Deed, correction, shared_out, sitting, trail
from shared.domain.standards.standard import Collects, Role, Step

STEPS = (
    Step("receive", "Terima", Role.LOKET, collects=(Collects.DOCUMENTS,)),
    Step("validate", "Validasi", Role.KASI, collects=(Collects.VALIDATION,)),
    Step("account", "Akun", Role.OPERATOR, collects=(Collects.ACCOUNT,)),
    Step("login", "Masuk", Role.OPERATOR, collects=(Collects.LOGIN,)),
    Step("entry", "Isi", Role.OPERATOR, collects=(Collects.ENTRY,)),
    Step("confirm", "Konfirmasi", Role.OPERATOR, collects=(Collects.CONFIRMATION, Collects.PRODUCT)),
)
OPERATOR = {Role.OPERATOR}


def deed(action: str, minute: int, step: str, to_step: str | None, reason: str | None = None) -> Deed:
    return Deed(action, MORNING + timedelta(minutes=minute), "Ani", step, to_step, reason)


def test_each_ended_step_says_who_and_how_long() -> None:
    done = trail(STEPS, [deed("accept", 0, "receive", "validate"), deed("advance", 12, "validate", "account")])

    assert {key: (each.by, each.minutes) for key, each in done.items()} == {
        "receive": ("Ani", 0),
        "validate": ("Ani", 12),
    }


def test_what_was_sent_back_is_not_ended_any_more_and_lists_its_corrections() -> None:
    deeds = [
        deed("accept", 0, "receive", "validate"),
        deed("send_back", 5, "validate", "receive", "KTP buram; alamat usaha keliru"),
    ]

    assert trail(STEPS, deeds) == {}
    found = correction(deeds, "receive")
    assert found is not None
    assert found.points == ("KTP buram", "alamat usaha keliru")
    assert correction([*deeds, deed("advance", 9, "receive", "validate")], "validate") is None


def test_account_login_and_entry_are_one_sitting() -> None:
    assert [step.key for step in sitting(STEPS, STEPS[2], OPERATOR)] == ["account", "login", "entry"]
    assert [step.key for step in sitting(STEPS, STEPS[1], {Role.KASI})] == ["validate"]
    assert [step.key for step in sitting(STEPS, STEPS[5], OPERATOR)] == ["confirm"]


@pytest.mark.parametrize(
    ("kinds", "parts"),
    [
        (["account"], [["account"]]),
        (["account", "login", "entry"], [["account"], ["login"], ["entry"]]),
        (["entry"], [[], [], ["entry"]]),
        (["receiver"], [["receiver"]]),
    ],
)
def test_one_form_is_shared_out_over_its_steps(kinds: list[str], parts: list[list[str]]) -> None:
    given = {kind: {"is_done": True} for kind in kinds}

    assert [list(part) for part in shared_out(STEPS, "account", given, OPERATOR)] == parts
