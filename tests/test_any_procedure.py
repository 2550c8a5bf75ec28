"""Whatever a sound standard says: no file is left without an allowed action, and every file can be ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from filing import APPLICANT, filling
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.actor import Actor
from shared.domain.files.file import ELSEWHERE, File, FileInput, decide
from shared.domain.files.matter import asked_now
from shared.domain.files.procedure import (
    ENDED,
    ENDS_STEP,
    FileAction,
    FileState,
    actions_for,
    find_step,
    first_desk,
    send_back_targets,
)
from shared.domain.office import OfficeConfig, OfficeSettings
from shared.domain.standards.check import service_problems
from shared.domain.standards.parts import DeclaredField, FieldKind, Original
from shared.domain.standards.standard import (
    OFFICE_ROLES,
    Collects,
    Option,
    Question,
    Requirement,
    Role,
    ServiceStandard,
    Signs,
    Step,
)
from shared.domain.standards.table import from_table, to_table

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = OfficeConfig(1, "uji", "Uji", ZoneInfo("Asia/Jakarta"), OfficeSettings(), {}, (), (), ())
STAFF = [role for role in OFFICE_ROLES if role != Role.ADMIN]
LATER = [
    Collects.VALIDATION, Collects.SIGNATURE, Collects.LETTER, Collects.FOREIGN, Collects.BILL, Collects.PAYMENT,
    Collects.ENTRY, Collects.ARCHIVE,
]  # fmt: skip
YES_NO = (Option("ya", "Ya"), Option("tidak", "Tidak"))
WHENS: list[tuple[tuple[str, str], ...]] = [
    (), (), (("luar", "ya"),), (("luar", "tidak"),), (("survei", "ya"),), (("survei", "tidak"),),
    (("luar", "ya"), ("survei", "ya")),
]  # fmt: skip


@st.composite
def standards(draw: st.DrawFn) -> ServiceStandard:
    """A sound standard with branches, chains of signatures, work elsewhere, and ways back."""
    steps = [Step("s0", "Terima", Role.LOKET, True, (Collects.DOCUMENTS,), ("pemohon",))]
    for number in range(1, draw(st.integers(1, 7))):
        back = draw(st.lists(st.sampled_from([step.key for step in steps]), unique=True, max_size=2))
        is_away = draw(st.booleans())
        steps.append(
            Step(
                f"s{number}",
                f"Tahap {number}",
                draw(st.sampled_from(STAFF)),
                collects=tuple(draw(st.lists(st.sampled_from(LATER), unique=True, max_size=3))),
                may_send_back_to=tuple(back),
                also_roles=tuple(draw(st.lists(st.sampled_from(STAFF), unique=True, max_size=2))),
                when=draw(st.sampled_from(WHENS)),
                signs=draw(st.sampled_from(Signs)),
                may_refuse=draw(st.booleans()),
                elsewhere="Dinas" if is_away else None,
                needs_applicant=not is_away and draw(st.booleans()),
            )
        )
    if draw(st.booleans()):
        steps.append(Step("serah", "Serahkan", Role.LOKET, True, (Collects.RECEIVER,)))
    behind = [
        Step("arsip", "Arsip", Role.SEKRETARIAT, collects=(Collects.ARCHIVE,), when=draw(st.sampled_from(WHENS))),
        Step("lapor", "Catat laporan", Role.KASI, collects=draw(st.sampled_from([(), (Collects.VALIDATION,)]))),
    ]
    if steps[-1].key == "serah":
        steps += behind[: draw(st.integers(0, 2))]
    if draw(st.booleans()):
        steps.append(Step("rekap", "Rekap", Role.KASI, collects=(Collects.RECAP,)))
        steps += [replace(each, key=f"{each.key}2") for each in behind[: draw(st.integers(0, 2))]]
    at = draw(st.sampled_from([None, *(step.key for step in steps if step.collects and not step.when)]))
    note = DeclaredField(
        "catatan", "Catatan", required=draw(st.booleans()), at=at, when=draw(st.sampled_from(WHENS[:4]))
    )
    return ServiceStandard(
        "uji", "A", "Layanan uji", "Uji",
        questions=(Question("luar", "Dari luar?", options=YES_NO),),
        fields=(DeclaredField("survei", "Perlu survei?", kind=FieldKind.CHOICE, options=YES_NO), note),
        requirements=(
            Requirement("ktp", "KTP", original=Original.RETURNED), Requirement("surat", "Surat", when=WHENS[2]),
        ),
        steps=tuple(steps),
    )  # fmt: skip


def everything(standard: ServiceStandard, file: File, here: Step, answers: dict[str, str], variant: int) -> FileInput:
    """What a diligent officer sends with a click at this step."""
    nothing_missing: dict[str, dict[str, Any]] = {
        "documents": {"ktp": True, "surat": True}, "validation": {"is_valid": True}, "signature": {"is_signed": True},
        "letter": {"number": "1/2026", "on": "2026-11-23"}, "foreign": {"number": "B/1"}, "bill": {"amount": 1000},
        "payment": {"is_paid": True}, "entry": {"is_done": True}, "archive": {"number": "1", "place": "Rak"},
        "receiver": {"kind": "self"}, "recap": {"number": "1", "on": "2026-11-23"},
    }  # fmt: skip
    collected = {kind.value: nothing_missing[kind] for kind in here.collects}
    if {Collects.DOCUMENTS, Collects.RECEIVER} & set(here.collects):
        collected["taken"] = {"ktp": {"original": True, "returned": Collects.RECEIVER in here.collects}}
    if Collects.PAYMENT in here.collects and file.fee is None:
        collected["payment"] = {"is_paid": True, "amount": 500}
    said = {each.key: filling(each, variant) for each in standard.fields if each.kind == FieldKind.CHOICE}
    first = first_desk(standard.steps).key == here.key
    known = {**answers, **(said if first else file.facts(standard))}
    matter = {each.key: filling(each, variant) for each in asked_now(standard, here, known)}
    return FileInput(collected, APPLICANT if first else None, answers, matter=matter or None, reason="other")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(standard=standards(), data=st.data())
def test_no_file_is_without_an_allowed_action_and_all_come_to_an_end(
    standard: ServiceStandard, data: st.DataObject
) -> None:
    assert service_problems(standard) == []
    assert from_table(to_table(standard)) == standard
    answers = {"luar": data.draw(st.sampled_from(["ya", "tidak"]))}
    variant, now = data.draw(st.integers(0, 1)), NOW
    file = File(1, 1, "token", NOW, NOW, step=first_desk(standard.steps).key, answers=answers)
    clicks = data.draw(st.lists(st.integers(0, 99), max_size=10)) + [None] * (len(standard.steps) + 3)
    for draw in clicks:
        if file.step is None:
            break
        way, here = file.way(standard), find_step(standard.steps, file.step)
        offered = actions_for(file.state, way, file.step, STAFF)
        assert offered, (file.state, file.step)
        onward = [each for each in offered if each in (*ENDS_STEP, FileAction.RESUME)]
        assert onward, (file.state, file.step, offered)
        action = onward[0] if draw is None else offered[draw % len(offered)]
        if action == FileAction.CORRECT:
            continue
        targets = send_back_targets(way, here)
        given = everything(standard, file, here, answers, variant)
        given = FileInput(**{**{name: getattr(given, name) for name in FileInput.__slots__},
                             "target": targets[0].key if targets else None})  # fmt: skip
        now += timedelta(hours=1)
        file = decide(file, standard, action, given, Actor.officer(now, 1, "Ani", STAFF), OFFICE).file
        if file.step is not None:
            is_away = find_step(standard.steps, file.step).elsewhere is not None
            rests = [each for each in file.pauses if each.reason == ELSEWHERE and each.until_at is None]
            assert len(rests) == (is_away and file.state != FileState.NEW)

    assert file.step is None
    assert file.state in ENDED
