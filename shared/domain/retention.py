"""How long personal data are kept, by class; what is counted stays when a person's data go.

Source: UU 27/2022: erase what is no longer needed. The days are starts: an office's archive schedule goes before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from shared.domain.identity import phone, tidy, without_nik


class DataClass(StrEnum):
    TICKET = "ticket"
    """The address of a number's page on a phone; the number, its times and its service stay."""
    APPLICANT = "applicant"
    """Who brought a file, from its end on: name, NIK, phone, e-mail, address, NIB, receiver; the village stays."""
    ANSWERS = "answers"
    """Which case an applicant said theirs is, from the file's end on; it stays where what was missing is counted."""
    VIEWS = "views"
    """Who looked at whose data."""
    WRITER = "writer"
    """Who wrote a complaint, from its end on."""
    SURVEY = "survey"
    """Single questionnaires of the satisfaction survey, from the end of their period on; its result stays."""


START_DAYS: dict[DataClass, int] = {
    DataClass.TICKET: 90,
    DataClass.APPLICANT: 1825,
    DataClass.ANSWERS: 365,
    DataClass.VIEWS: 730,
    DataClass.WRITER: 365,
    DataClass.SURVEY: 1825,
}
"""Our own choice, to be replaced by the office's archive schedule."""
LEAST_DAYS, MOST_DAYS = 1, 36_500

STAYS_OF_APPLICANT = ("village", "kbli")
"""What reports count by, and what says nothing of one person."""
STAYS_OF_STEPS = frozenset(
    ["documents", "validation", "login", "confirmation", "signature", "letter", "bill", "payment", "archive", "recap"]
)
"""Kinds of what steps collected that hold nothing of the person: ticks, sums, our own numbers, where the paper lies."""
STAYS_OF_RECEIVER = ("kind",)
"""Whether somebody came themselves or sent another."""


def days_kept(choices: Mapping[str, int], which: DataClass) -> int:
    """The office's choice, else the start."""
    return choices.get(which.value, START_DAYS[which])


def stripped_applicant(applicant: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in applicant.items() if key in STAYS_OF_APPLICANT}


def stripped_collected(collected: Mapping[str, object], secrets: Sequence[str]) -> dict[str, object]:
    """What the steps of a file collected, without the person. What was missing and why stays: reports count it."""
    steps, remarks = collected.get("steps"), collected.get("remarks")
    kept = {
        key: dict(_kept_of_step(entries))
        for key, entries in (steps.items() if isinstance(steps, Mapping) else ())
        if isinstance(entries, Mapping)
    }
    return {
        **collected,
        "steps": _blacked({key: entries for key, entries in kept.items() if entries}, secrets),
        "remarks": _blacked(remarks if isinstance(remarks, Mapping) else {}, secrets),
    }


def _kept_of_step(entries: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for kind, entry in entries.items():
        if kind in STAYS_OF_STEPS:
            yield kind, entry
        elif kind == "receiver" and isinstance(entry, Mapping):
            yield kind, {key: value for key, value in entry.items() if key in STAYS_OF_RECEIVER}


def secrets_of(applicant: Mapping[str, object], nik: str, nib: str | None) -> list[str]:
    """Every text that names this person, the longest first; what others share (a village) is none."""
    values = {str(value) for key, value in applicant.items() if key not in STAYS_OF_APPLICANT}
    found = {each.strip() for each in (*values, nik, nib or "") if len(each.strip()) > 3}
    return sorted(found, key=len, reverse=True)


def stripped_detail(detail: Mapping[str, object] | None, secrets: Sequence[str]) -> dict[str, object] | None:
    """What an event says, without the person: of the row before it only what had been collected, of a correction only
    that there was one.
    """
    if detail is None:
        return None
    kept = {key: _blacked(value, secrets) for key, value in detail.items() if key not in ("was", "changes")}
    was, changes = detail.get("was"), detail.get("changes")
    collected = was.get("collected") if isinstance(was, Mapping) else None
    if isinstance(collected, Mapping):
        kept["was"] = {"collected": stripped_collected(collected, secrets)}
    if isinstance(changes, list):
        kept["changes"] = [[name, "****", "****"] for name, _, _ in changes]
    return kept or None


def blacked_out(text: str | None, secrets: Sequence[str]) -> str | None:
    """A free text without the person's names and numbers, however they are typed there, and without any NIK."""
    if text is None:
        return None
    for each in secrets:
        text = _in_any_spelling(each).sub("****", text)
    return without_nik(text)


_GROUPED = r"[ .\-\u00a0\u2010-\u2015]*"


@lru_cache(maxsize=512)
def _in_any_spelling(secret: str) -> re.Pattern[str]:
    """Matches a number in any grouping, a phone number with 0 or +62, and a name in capitals or with other blanks."""
    number = phone(secret) or tidy(secret)
    if re.fullmatch("[+]?[0-9]{5,}", number):
        begins = rf"(?:\+?(?:00)?62{_GROUPED}\(?0?\)?|0){_GROUPED}" if number.startswith("+62") else ""
        return re.compile(begins + _GROUPED.join(re.escape(each) for each in number.removeprefix("+62")))
    return re.compile(r"\s+".join(re.escape(each) for each in secret.split()), re.IGNORECASE)


def _blacked(value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, str):
        return blacked_out(value, secrets)
    if isinstance(value, Mapping):
        return {key: _blacked(each, secrets) for key, each in value.items()}
    return [_blacked(each, secrets) for each in value] if isinstance(value, list) else value
