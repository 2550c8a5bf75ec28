"""The register: one row for every accepted file, what stands in its columns, and its amendments.

A row is made from the file, its events and its letters; nobody writes in it. What was wrong is amended: the old value
stays, struck through, with who, when and why. Dates stand as in sheets (23-11-2026 08.05), whatever language
the screen speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from shared.domain.files.collected import Collected
from shared.domain.files.file import File
from shared.domain.files.letters import PREFIX, IssuedLetter, Standing
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.files.promise import is_ready_at, ready_at
from shared.domain.standards.standard import Collects, Requirement, ServiceStandard, needed
from shared.domain.typed import written_day

Words = Callable[..., str]


class RegisterColumn(StrEnum):
    REGISTER = "register"
    RECEIVED = "received"
    QUEUE_NUMBER = "queue_number"
    SERVICE = "service"
    APPLICANT = "applicant"
    VILLAGE = "village"
    COMPLETENESS = "completeness"
    OFFICER = "officer"
    VALIDATION = "validation"
    FINISHED = "finished"
    PRODUCT = "product"
    LETTER_NUMBER = "letter_number"
    LETTER_DATE = "letter_date"
    SIGNER = "signer"
    HANDED_OVER = "handed_over"
    RECEIVER = "receiver"
    STATE = "state"
    REMARKS = "remarks"


C = RegisterColumn
DEFAULT_COLUMNS = tuple(each for each in C if each != C.STATE)
"""What an office shows that has chosen nothing, in this order."""
AMENDABLE = tuple(each for each in C if each not in (C.REGISTER, C.LETTER_NUMBER, C.LETTER_DATE, C.SIGNER, C.STATE))
"""A register number stands for ever; a wrong letter is declared void; the state is the file's own."""
PERSONAL = (C.APPLICANT, C.VILLAGE, C.RECEIVER)
_OF_DATA = {"name": C.APPLICANT, "village": C.VILLAGE}
"""Fields of the applicant's data whose correction after the acceptance stands in the register like an amendment."""


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """One event of a file, oldest first in a list of them; `officer`: the name."""

    at: datetime
    action: str
    officer: str = ""
    reason: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amendment:
    """`was` and `becomes` as they stand in the register."""

    column: RegisterColumn
    was: str
    becomes: str
    reason: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnedOnce:
    """A time that the file went back into the applicant's hands, and what was missing."""

    at: datetime
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row. Times are aware; "" and None stand for what is not there yet."""

    case_id: int
    register: str
    registered_at: datetime
    state: FileState
    service: str
    queue_number: str = ""
    applicant: str = ""
    village: str = ""
    """Its code."""
    returns: tuple[ReturnedOnce, ...] = ()
    officer: str = ""
    validated_at: datetime | None = None
    validated_by: str = ""
    finished_at: datetime | None = None
    product: str = ""
    letters: tuple[IssuedLetter, ...] = ()
    handed_over_at: datetime | None = None
    receiver: str = ""
    reason: str = ""
    """Why it was withdrawn or refused."""
    recap: str = ""
    amendments: tuple[Amendment, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column: `struck` through in this order, then what counts."""

    now: str
    struck: tuple[str, ...] = ()


def row_of(
    file: File,
    service: ServiceStandard,
    registered_at: datetime,
    events: Sequence[RegisterEvent],
    *,
    queue_number: str = "",
    letters: Sequence[IssuedLetter] = (),
    amendments: Sequence[Amendment] = (),
    recap: str = "",
) -> RegisterRow:
    """The row of an accepted file."""
    done = in_force(events)
    collected = file.collected
    validation, receiver = collected.of(Collects.VALIDATION), collected.of(Collects.RECEIVER)
    is_valid = validation.get("is_valid") is True
    ends = (FileAction.WITHDRAW.value, "refuse")
    return RegisterRow(
        file.id,
        file.register,
        registered_at,
        file.state,
        service.short_name,
        queue_number,
        str(file.applicant.get("name", "")),
        str(file.applicant.get("village", "")),
        tuple(_returns(done, file, service)),
        next((each.officer for each in done if each.action == FileAction.ACCEPT), ""),
        _moment(validation.get("at")) if is_valid else None,
        _signed(validation) if is_valid else "",
        finished_at(done, file, service),
        file.nib or str(collected.of(Collects.PRODUCT).get("number", "")),
        (*letters, *_written_letters(collected, {each.number for each in letters})),
        (_moment(receiver.get("at")) or file.completed_at) if receiver and file.completed_at else None,
        _receiver(file) if receiver and file.completed_at else "",
        next((each.reason or "" for each in reversed(done) if each.action in ends), ""),
        recap,
        tuple(sorted((*_corrections(done), *amendments), key=lambda each: each.at)),
        str(file.applicant.get("phone", "")),
    )


def in_force(events: Iterable[RegisterEvent]) -> list[RegisterEvent]:
    """The events without those that were taken back."""
    kept: list[RegisterEvent] = []
    for event in events:
        if event.action != "undo":
            kept.append(event)
            continue
        place = next((n for n in reversed(range(len(kept))) if kept[n].action == event.detail.get("of")), None)
        if place is not None:
            del kept[place]
    return kept


def cells(row: RegisterRow, zone: tzinfo, words: Words, villages: Mapping[str, str]) -> dict[RegisterColumn, Cell]:
    """Every column of a row. `villages`: code -> name."""
    standing = [each for each in row.letters if not each.is_void]
    void = [each for each in row.letters if each.is_void]

    def letters(text: Callable[[IssuedLetter], str]) -> Cell:
        return Cell("; ".join(filter(None, map(text, standing))), tuple(filter(None, map(text, void))))

    def validated() -> str:
        return ", ".join(filter(None, (moment(row.validated_at, zone), row.validated_by)))

    shown = {
        C.REGISTER: Cell(row.register),
        C.RECEIVED: Cell(moment(row.registered_at, zone)),
        C.QUEUE_NUMBER: Cell(row.queue_number),
        C.SERVICE: Cell(row.service),
        C.APPLICANT: Cell(row.applicant),
        C.VILLAGE: Cell(villages.get(row.village, row.village)),
        C.COMPLETENESS: Cell(_completeness(row, zone, words)),
        C.OFFICER: Cell(row.officer),
        C.VALIDATION: Cell(validated()),
        C.FINISHED: Cell(moment(row.finished_at, zone)),
        C.PRODUCT: Cell(row.product),
        C.LETTER_NUMBER: letters(lambda each: each.number),
        C.LETTER_DATE: letters(lambda each: _day(each.on_day)),
        C.SIGNER: letters(lambda each: each.signer.line if each.signer else ""),
        C.HANDED_OVER: Cell(moment(row.handed_over_at, zone)),
        C.RECEIVER: Cell(row.receiver),
        C.STATE: Cell(words(f"register.state.{row.state.value}")),
        C.REMARKS: Cell(_remarks(row, words)),
    }
    for amendment in row.amendments:
        was, becomes = amendment.was, amendment.becomes
        if amendment.column == C.VILLAGE:
            was, becomes = villages.get(was, was), villages.get(becomes, becomes)
        before = shown[amendment.column]
        first = before.struck or ((was,) if was else ())
        struck = (*first, before.now) if before.struck else first
        shown[amendment.column] = Cell(becomes, tuple(each for each in struck if each))
    return shown


def moment(at: datetime | None, zone: tzinfo) -> str:
    """ "23-11-2026 08.05"."""
    return "" if at is None else f"{at.astimezone(zone):%d-%m-%Y %H.%M}"


def chosen(columns: Collection[str]) -> tuple[RegisterColumn, ...]:
    """The office's columns in its order; all the usual ones when it has chosen none."""
    return tuple(RegisterColumn(each) for each in columns) or DEFAULT_COLUMNS


# --- inside a row ---


def _returns(done: Sequence[RegisterEvent], file: File, service: ServiceStandard) -> Iterable[ReturnedOnce]:
    bring = {each.key: each for each in needed(service, file.facts(service)) if not each.optional}
    for place, event in enumerate(done):
        if event.action != FileAction.RETURN_TO_APPLICANT:
            continue
        then = _collected_after(done[place + 1 :], file)
        missing = _missing(then, bring)
        yield ReturnedOnce(event.at, tuple(missing) or ((event.reason,) if event.reason else ()))


def _collected_after(later: Iterable[RegisterEvent], file: File) -> Collected:
    """What had been collected when those events began: the first that changed it kept what was before."""
    for event in later:
        was = event.detail.get("was")
        if isinstance(was, Mapping) and isinstance(was.get("collected"), Mapping):
            return Collected.from_json(was["collected"])
    return file.collected


def _missing(collected: Collected, bring: Mapping[str, Requirement]) -> Iterable[str]:
    ticked = collected.of(Collects.DOCUMENTS)
    for key, requirement in bring.items():
        if ticked.get(key) is not True:
            remark = collected.remarks.get(key)
            yield f"{requirement.text} ({remark})" if remark else requirement.text


def _corrections(done: Iterable[RegisterEvent]) -> Iterable[Amendment]:
    """Corrections of the applicant's data after the acceptance."""
    for event in done:
        changes = event.detail.get("changes")
        for name, was, becomes in changes if isinstance(changes, Sequence) else ():
            if name in _OF_DATA:
                why = event.reason or str(event.detail.get("note", ""))
                yield Amendment(_OF_DATA[name], str(was or ""), str(becomes or ""), why, event.officer, event.at)


def finished_at(done: Sequence[RegisterEvent], file: File, service: ServiceStandard) -> datetime | None:
    """When the result was ready; where no step hands it over, when the file was completed. `done`: `in_force`."""
    ready = {step.key for step in service.steps if is_ready_at(step)}
    acts = ((each.at, each.action, each.detail.get("step"), each.detail.get("to_step")) for each in done)
    return ready_at(acts, ready) or file.completed_at


def _written_letters(collected: Collected, known: Collection[str]) -> Iterable[IssuedLetter]:
    """Letters whose number an officer wrote at a step, or with which the file was refused: no series gave them one."""
    for step, entries in collected.steps.items():
        for entry in (entries.get("letter", {}), entries.get("refusal", {})):
            number, on = str(entry.get("number", "")), written_day(entry.get("on"))
            if number and number not in known and on:
                yield IssuedLetter(0, "", "", number, on, None, step=step)


def _receiver(file: File) -> str:
    entry = file.collected.of(Collects.RECEIVER)
    return str(entry.get("name", "")) if entry.get("kind") == "representative" else file.applicant.get("name", "")


def _signed(entry: Mapping[str, object]) -> str:
    standing = entry.get("standing")
    prefix = PREFIX[Standing(str(standing))] if standing in tuple(Standing) else ""
    return f"{prefix}{entry.get('by', '')}"


def _completeness(row: RegisterRow, zone: tzinfo, words: Words) -> str:
    said = [
        words("register.returned", on=f"{each.at.astimezone(zone):%d-%m-%Y}", missing=", ".join(each.missing) or "–")
        for each in row.returns
    ]
    return "; ".join(said if row.state == FileState.RETURNED else [*said, words("register.complete")])


def _remarks(row: RegisterRow, words: Words) -> str:
    said = [words("register.ended", state=words(f"register.state.{row.state.value}"), reason=row.reason)]
    parts = said if row.reason else []
    return "; ".join([*parts, *([words("register.recap", number=row.recap)] if row.recap else [])])


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _day(on: date) -> str:
    return f"{on:%d-%m-%Y}"
