"""The way of a file through its steps: who may do what where, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.errors import Forbidden, Missing, NotAllowed, Refusal
from shared.domain.files import procedure as file_state
from shared.domain.files.collected import Change, Collected, changes
from shared.domain.files.collecting import missing
from shared.domain.files.procedure import (
    FileAction,
    FilePlace,
    FileState,
    actions_for,
    check,
    find_step,
    first_desk,
    may_send_back,
    next_step,
    permitted,
    send_back_targets,
)
from shared.domain.standards.standard import Collects, Role, Step

C = Collects
LOKET, KASI, OPERATOR, SEKRETARIAT = Role.LOKET, Role.KASI, Role.OPERATOR, Role.SEKRETARIAT


def step(key: str, role: Role, *collects: Collects, back: str = "", system: str | None = None) -> Step:
    return Step(key, key.title(), role, collects=collects, may_send_back_to=tuple(back.split()), system=system)


OSS = (
    step("submit", Role.APPLICANT),
    step("receive", LOKET, C.DOCUMENTS, back="pemohon"),
    step("validate", KASI, C.VALIDATION, back="receive pemohon"),
    step("account", OPERATOR, C.ACCOUNT, back="validate", system="oss"),
    step("login", OPERATOR, C.LOGIN, back="account", system="oss"),
    step("entry", OPERATOR, C.ENTRY, back="validate", system="oss"),
    step("confirm", OPERATOR, C.CONFIRMATION, C.PRODUCT, back="entry", system="oss"),
    step("archive", SEKRETARIAT, C.ARCHIVE, back="confirm"),
    step("handover", LOKET, C.RECEIVER),
    step("recap", KASI, C.RECAP),
)
LEGALISASI = (step("finish", LOKET, C.DOCUMENTS, back="pemohon"),)
DISPENSASI = (
    step("receive", LOKET, C.DOCUMENTS, back="pemohon"),
    step("validate", KASI, C.VALIDATION, back="receive pemohon"),
    step("sign", Role.CAMAT, C.SIGNATURE, back="validate"),
    step("handover", LOKET, C.RECEIVER),
)
RECORDING = (step("receive", LOKET, C.DOCUMENTS), step("record", OPERATOR, C.ENTRY, back="receive"))
AT_ONCE = (step("all", LOKET, C.DOCUMENTS, C.RECEIVER),)
RECORDING_RECAPPED = (*RECORDING, step("recap", KASI, C.RECAP))
PROCEDURES = [OSS, LEGALISASI, DISPENSASI, RECORDING, AT_ONCE, RECORDING_RECAPPED]

REQUIRED = ("formulir", "ktp")
WHOLE: dict[str, Any] = {
    "documents": {"formulir": True, "ktp": True, "surel": False},
    "validation": {"is_valid": True},
    "account": {"is_done": True},
    "login": {"is_done": True},
    "entry": {"is_done": True},
    "confirmation": {"is_approved": True, "data_version": 2},
    "product": {"nib": "1234567890123", "documents": ["Surat dispensasi nikah"]},
    "signature": {"is_signed": True},
    "letter": {"number": "400/7/427.90/2026", "on": "2026-11-30"},
    "foreign": {"number": "B/12/XI/2026"},
    "bill": {"amount": 250000},
    "payment": {"is_paid": True, "amount": 250000},
    "archive": {"number": "503/17", "place": "Lemari 2"},
    "receiver": {"kind": "self"},
    "recap": {"number": "7/2026", "on": "2026-11-30"},
    "data_version": 2,
}
"""Everything that any step can collect, all of it valid."""


def gathered(steps: Sequence[Step]) -> Collected:
    """All of WHOLE, collected by the steps that ask for it."""
    by_step = {step.key: {kind: WHOLE[kind] for kind in step.collects} for step in steps}
    return Collected(by_step, data_version=WHOLE["data_version"])


def still_missing(collected: Collected, key: str) -> tuple[str, ...]:
    step = find_step(OSS, key)
    return missing(step, collected.seen_from(step))


def with_part(kind: str, part: Any) -> dict[str, Any]:
    return {**WHOLE, kind: part}


# fmt: off
WHO_MAY = {
    # step        role         actions that the step's own role may do there
    "submit":    (None,        ""),
    "receive":   (LOKET,       "accept return_to_applicant advance correct pause resume"),
    "validate":  (KASI,        "return_to_applicant advance send_back pause resume refuse"),
    "account":   (OPERATOR,    "advance send_back pause resume"),
    "login":     (OPERATOR,    "advance send_back pause resume"),
    "entry":     (OPERATOR,    "advance send_back correct pause resume"),
    "confirm":   (OPERATOR,    "advance send_back correct pause resume"),
    "archive":   (SEKRETARIAT, "advance send_back pause resume"),
    "handover":  (LOKET,       "hand_over pause resume"),
    "recap":     (KASI,        "recap pause resume"),
}
# fmt: on


EVERY_ROLE_AND_ACTION = list(product(Role, FileAction))


@pytest.mark.parametrize("key", WHO_MAY)
def test_every_role_step_and_action_is_permitted_or_not(key: str) -> None:
    own_role, actions = WHO_MAY[key]
    expected = {(own_role, FileAction(action)) for action in actions.split()}
    expected |= {(LOKET, FileAction.WITHDRAW)} if key != "submit" else set()

    assert {(role, action) for role, action in EVERY_ROLE_AND_ACTION if permitted(OSS, key, role, action)} == expected


@pytest.mark.parametrize("key", WHO_MAY)
@pytest.mark.parametrize("state", FileState)
def test_what_is_refused_and_what_is_offered_come_from_one_rule(state: FileState, key: str) -> None:
    """With everything collected a button leads on, and a click without a button is refused by its first fault."""
    targets = send_back_targets(OSS, find_step(OSS, key))
    rest: dict[str, Any] = {"target": targets[0].key if targets else None, "reason": "oss_down"}

    for role, action in EVERY_ROLE_AND_ACTION:
        click = partial(check, state, OSS, key, [role], action, collected=WHOLE, required=REQUIRED, **rest)
        if action in actions_for(state, OSS, key, [role]):
            assert click().state == file_state.after(state, action)
        else:
            suits_somebody = any(permitted(OSS, key, other, action) for other in Role)
            with pytest.raises(Forbidden if action in file_state.allowed(state) and suits_somebody else NotAllowed):
                click()


def test_one_officer_with_several_roles_has_the_actions_of_all() -> None:
    seen = actions_for(FileState.OPEN, OSS, "validate", [LOKET, KASI])

    assert seen == [
        FileAction.RETURN_TO_APPLICANT,
        FileAction.ADVANCE,
        FileAction.SEND_BACK,
        FileAction.PAUSE,
        FileAction.WITHDRAW,
        FileAction.REFUSE,
    ]
    assert actions_for(FileState.OPEN, OSS, "validate", [OPERATOR]) == []
    assert actions_for(FileState.COMPLETED, OSS, None, list(Role)) == []


def test_a_file_goes_through_the_ten_steps() -> None:
    place, way = FilePlace(FileState.NEW, first_desk(OSS).key), []
    while place.step is not None:
        (action,) = set(actions_for(place.state, OSS, place.step, list(Role))) & {
            FileAction.ACCEPT,
            FileAction.ADVANCE,
            FileAction.HAND_OVER,
            FileAction.RECAP,
        }
        way.append(f"{place.state} {place.step} {action}")
        place = check(place.state, OSS, place.step, list(Role), action, collected=WHOLE, required=REQUIRED)

    assert place == FilePlace(FileState.COMPLETED, None)
    assert way == [
        "new receive accept",
        "open validate advance",
        "open account advance",
        "open login advance",
        "open entry advance",
        "open confirm advance",
        "open archive advance",
        "open handover hand_over",
        "completed recap recap",
    ]


@pytest.mark.parametrize("steps", PROCEDURES)
@settings(deadline=None)
@given(data=st.data())
def test_no_file_is_ever_stuck(steps: tuple[Step, ...], data: st.DataObject) -> None:
    """Whatever the officers do, a file either has no step left or offers somebody a way on; it ends in the end."""
    place = FilePlace(FileState.NEW, first_desk(steps).key)
    onward = [
        FileAction.ACCEPT,
        FileAction.RESUME,
        FileAction.ADVANCE,
        FileAction.HAND_OVER,
        FileAction.FINISH,
        FileAction.RECAP,
    ]
    clicks = data.draw(st.lists(st.integers(0, 99), max_size=12)) + [None] * (len(steps) + 3)
    for draw in clicks:
        if place.step is None:
            break
        offered = actions_for(place.state, steps, place.step, list(Role))
        ways_on = [action for action in onward if action in offered]
        assert len(ways_on) == 1
        action = ways_on[0] if draw is None else offered[draw % len(offered)]
        targets = send_back_targets(steps, find_step(steps, place.step))
        place = check(
            place.state,
            steps,
            place.step,
            list(Role),
            action,
            collected=WHOLE,
            required=REQUIRED,
            target=targets[0].key if targets else None,
            reason="other",
        )

    assert place.step is None
    assert place.state in (FileState.COMPLETED, FileState.WITHDRAWN, FileState.REFUSED)


@pytest.mark.parametrize(
    ("steps", "way"),
    [
        (LEGALISASI, "accept finish"),
        (AT_ONCE, "accept hand_over"),
        (RECORDING, "accept finish"),
        (DISPENSASI, "accept advance advance hand_over"),
        (RECORDING_RECAPPED, "accept finish recap"),
    ],
)
def test_short_procedures_run_through_the_same_rules(steps: tuple[Step, ...], way: str) -> None:
    place = FilePlace(FileState.NEW, first_desk(steps).key)
    for action in way.split():
        place = check(
            place.state, steps, place.step, list(Role), FileAction(action), collected=WHOLE, required=REQUIRED
        )

    assert place == FilePlace(FileState.COMPLETED, None)


def test_at_a_procedure_of_one_step_acceptance_asks_for_the_documents_alone() -> None:
    collected = {"documents": {"formulir": True, "ktp": True}}

    opened = check(FileState.NEW, AT_ONCE, "all", [LOKET], FileAction.ACCEPT, collected=collected, required=REQUIRED)

    assert opened == FilePlace(FileState.OPEN, "all")
    with pytest.raises(Missing) as refused:
        check(FileState.OPEN, AT_ONCE, "all", [LOKET], FileAction.HAND_OVER, collected=collected, required=REQUIRED)
    assert refused.value.facts["missing"] == ["receiver"]


@pytest.mark.parametrize(
    ("key", "part", "value", "codes"),
    [
        ("receive", "documents", {}, "documents:formulir documents:ktp"),
        ("receive", "documents", {"formulir": True, "ktp": False}, "documents:ktp"),
        ("receive", "documents", {"formulir": True, "ktp": "ya"}, "documents:ktp"),
        ("receive", "documents", None, "documents:formulir documents:ktp"),
        ("validate", "validation", {"is_valid": False}, "validation"),
        ("validate", "validation", None, "validation"),
        ("account", "account", {}, "account"),
        ("login", "login", {"is_done": False}, "login"),
        ("entry", "entry", {"is_done": 1}, "entry"),
        ("confirm", "confirmation", {}, "confirmation"),
        ("confirm", "confirmation", {"is_approved": False, "data_version": 2}, "confirmation"),
        ("confirm", "confirmation", {"is_approved": True, "data_version": 1}, "confirmation"),
        ("confirm", "confirmation", {"is_approved": True}, "confirmation"),
        ("confirm", "product", {"nib": "123456789012"}, "nib"),
        ("confirm", "product", {"nib": "12345678901234"}, "nib"),
        ("confirm", "product", {"nib": "123456789012A"}, "nib"),
        ("confirm", "product", {"nib": "١٢٣٤٥٦٧٨٩٠١٢٣"}, "nib"),
        ("confirm", "product", {"nib": 1234567890123}, "nib"),
        ("confirm", "product", {"documents": ["NIB"]}, "nib"),
        ("archive", "archive", {"number": "1"}, "archive_place"),
        ("archive", "archive", {"number": " ", "place": "Lemari"}, "archive_number"),
        ("archive", "archive", {}, "archive_number archive_place"),
        ("handover", "receiver", {}, "receiver"),
        ("handover", "receiver", {"kind": "neighbour"}, "receiver"),
        ("handover", "receiver", {"kind": "representative"}, "receiver_name receiver_letter"),
        ("handover", "receiver", {"kind": "representative", "name": "Wakil"}, "receiver_letter"),
        ("handover", "receiver", {"kind": "representative", "letter": "12"}, "receiver_name"),
        ("handover", "receiver", {"kind": "representative", "name": "Wakil", "letter": "12"}, ""),
        ("recap", "recap", {"number": "7"}, "recap_date"),
        ("recap", "recap", {"on": "2026-11-30"}, "recap_number"),
        ("recap", "recap", {"number": "7", "on": "2026-11-31"}, "recap_date"),
    ],
)
def test_a_step_names_what_is_missing(key: str, part: str, value: Any, codes: str) -> None:
    collected = with_part(part, value)

    assert missing(find_step(OSS, key), WHOLE, REQUIRED) == ()
    assert missing(find_step(OSS, key), collected, REQUIRED) == tuple(codes.split())


@pytest.mark.parametrize("kind", Collects)
def test_nothing_at_all_is_never_enough(kind: Collects) -> None:
    assert missing(step("any", LOKET, kind), {}, REQUIRED)
    assert missing(step("any", LOKET, kind), WHOLE, REQUIRED) == ()


def test_a_product_outside_oss_is_named_in_words() -> None:
    sign = step("sign", KASI, C.PRODUCT)

    assert missing(sign, {"product": {"documents": ["Surat dispensasi nikah"]}}) == ()
    assert missing(sign, {"product": {"documents": [" "], "nib": "1234567890123"}}) == ("product",)


def test_a_lapsed_confirmation_stops_a_later_step_from_issuing() -> None:
    issue = step("issue", OPERATOR, C.PRODUCT, system="oss")

    assert missing(issue, {**WHOLE, "data_version": 3}) == ("confirmation",)


@pytest.mark.parametrize(
    ("state", "key", "roles", "action", "rest", "refusal", "code"),
    [
        (FileState.OPEN, "validate", [LOKET], FileAction.ADVANCE, {}, Forbidden, "wrong_role"),
        (FileState.OPEN, "validate", [], FileAction.ADVANCE, {}, Forbidden, "wrong_role"),
        (FileState.OPEN, "confirm", [Role.ADMIN], FileAction.ADVANCE, {}, Forbidden, "wrong_role"),
        (FileState.OPEN, "receive", [LOKET], FileAction.HAND_OVER, {}, NotAllowed, "wrong_step"),
        (FileState.OPEN, "handover", [LOKET], FileAction.ADVANCE, {}, NotAllowed, "wrong_step"),
        (FileState.NEW, "validate", [KASI], FileAction.ACCEPT, {}, NotAllowed, "wrong_step"),
        (FileState.NEW, "submit", [Role.APPLICANT], FileAction.ACCEPT, {}, NotAllowed, "wrong_step"),
        (FileState.OPEN, "sign", [KASI], FileAction.ADVANCE, {}, NotAllowed, "no_step"),
        (FileState.COMPLETED, None, [KASI], FileAction.RECAP, {}, NotAllowed, "no_step"),
        (FileState.PAUSED, "entry", [OPERATOR], FileAction.ADVANCE, {}, NotAllowed, "stale"),
        (FileState.OPEN, "recap", [KASI], FileAction.RECAP, {}, NotAllowed, "stale"),
        (FileState.OPEN, "confirm", [OPERATOR], FileAction.SEND_BACK, {"target": "validate"}, NotAllowed, "bad_target"),
        (FileState.OPEN, "validate", [KASI], FileAction.SEND_BACK, {"target": "pemohon"}, NotAllowed, "bad_target"),
        (FileState.OPEN, "validate", [KASI], FileAction.SEND_BACK, {"target": "entry"}, NotAllowed, "bad_target"),
        (FileState.OPEN, "confirm", [OPERATOR], FileAction.SEND_BACK, {"target": "entry"}, Missing, "incomplete"),
        (FileState.OPEN, "entry", [OPERATOR], FileAction.PAUSE, {}, Missing, "incomplete"),
        (FileState.OPEN, "entry", [OPERATOR], FileAction.PAUSE, {"reason": "just so"}, Missing, "incomplete"),
        (FileState.OPEN, "entry", [LOKET], FileAction.WITHDRAW, {"reason": " "}, Missing, "incomplete"),
        (FileState.OPEN, "validate", [KASI], FileAction.RETURN_TO_APPLICANT, {}, Missing, "incomplete"),
    ],
)
def test_a_forbidden_move_is_refused_by_its_code(
    state: FileState,
    key: str | None,
    roles: list[Role],
    action: FileAction,
    rest: dict[str, Any],
    refusal: type[Refusal],
    code: str,
) -> None:
    with pytest.raises(refusal) as refused:
        check(state, OSS, key, roles, action, collected=WHOLE, required=REQUIRED, **rest)

    assert refused.value.code == code
    assert refusal is not Missing or refused.value.facts["missing"] == ["reason"]


def test_missing_documents_are_reason_enough_to_return_a_file() -> None:
    incomplete = with_part("documents", {"ktp": True})

    returned = check(
        FileState.NEW, OSS, "receive", [LOKET], FileAction.RETURN_TO_APPLICANT, collected=incomplete, required=REQUIRED
    )

    assert returned == FilePlace(FileState.RETURNED, "receive")
    with pytest.raises(Missing):
        check(
            FileState.NEW, OSS, "receive", [LOKET], FileAction.RETURN_TO_APPLICANT, collected=WHOLE, required=REQUIRED
        )


def test_the_section_head_returns_a_file_to_the_first_desk() -> None:
    place = check(FileState.OPEN, OSS, "validate", [KASI], FileAction.RETURN_TO_APPLICANT, reason="KTP tidak terbaca")

    assert place == FilePlace(FileState.RETURNED, "receive")


def test_correction_loop_asks_for_entry_and_confirmation_again() -> None:
    """Sent back from the confirmation, corrected, entered and approved anew; account and login need nothing more."""
    place = check(
        FileState.OPEN, OSS, "confirm", [OPERATOR], FileAction.SEND_BACK, target="entry", reason="Alamat keliru"
    )
    corrected = replace(gathered(OSS).sent_back(OSS, "entry"), data_version=3)
    collected = corrected.seen_from(find_step(OSS, "entry"))

    assert place == FilePlace(FileState.OPEN, "entry")
    assert check(FileState.OPEN, OSS, "entry", [OPERATOR], FileAction.CORRECT, collected=collected) == place
    assert missing(find_step(OSS, "entry"), collected) == ("entry",)
    assert still_missing(corrected, "confirm") == ("confirmation",)
    assert still_missing(corrected, "validate") == ()
    assert still_missing(gathered(OSS).sent_back(OSS, "validate"), "validate") == ("validation",)


def test_steps_follow_one_another_and_know_their_ways_back() -> None:
    confirm = find_step(OSS, "confirm")

    assert first_desk(OSS).key == "receive"
    assert [following and following.key for following in (next_step(OSS, "confirm"), next_step(OSS, "recap"))] == [
        "archive",
        None,
    ]
    assert may_send_back(confirm, "entry")
    assert not may_send_back(confirm, "validate")
    assert not may_send_back(find_step(OSS, "receive"), "pemohon")
    assert [target.key for target in send_back_targets(OSS, find_step(OSS, "validate"))] == ["receive"]


def test_corrections_are_listed_with_what_was_and_what_becomes() -> None:
    before = {"nama": "Sumiati", "alamat": "Jl. Semeru", "surel": "", "kbli": "47112"}
    after = {"nama": "Sumiyati", "alamat": "Jl. Semeru", "surel": None, "usaha": "Warung"}

    assert changes(before, after) == [
        Change("nama", "Sumiati", "Sumiyati"),
        Change("kbli", "47112", None),
        Change("usaha", None, "Warung"),
    ]


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.integers()), st.dictionaries(st.text(max_size=3), st.integers()))
def test_corrections_turn_one_version_into_the_other(before: dict[str, int], after: dict[str, int]) -> None:
    corrected = dict(before)
    for change in changes(before, after):
        assert corrected.get(change.field) == change.was
        corrected[change.field] = change.becomes

    assert {name: value for name, value in corrected.items() if value is not None} == after
