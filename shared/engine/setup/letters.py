"""What an admin sets about letters and reports: the series of numbers, who signs, the place before the date."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.domain.files.letters import LetterSeries, Signer, Standing, pattern_fault
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.engine.setup.office import Day, Form, Line, Short, Slug, change_settings, raise_if_faults, slug_of, twice
from shared.store.office import Transaction
from shared.store.office_config import settings_to_json

Pattern = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class SeriesRow(Form):
    """`key` is absent for a new series; it never changes, because the numbers that were given hang on it."""

    key: Slug | None = None
    title: Line
    pattern: Pattern
    signer: Slug | None = None
    on_paper: int = Field(default=0, ge=0, le=999_999)
    paper_year: int | None = Field(default=None, ge=2000, le=2100)
    is_active: bool = False


class SignerRow(Form):
    post: Line
    name: Line
    nip: Short | None = None
    rank: Line | None = None
    standing: Standing = Standing.HOLDER
    on_behalf_of: Line | None = None
    from_on: Day | None = None
    until_on: Day | None = None


class LettersForm(Form):
    """`place`: what stands before the date; `reporter` and `approver`: keys of who signs reports, and who sees them."""

    place: Short | None = None
    reporter: Slug | None = None
    approver: Slug | None = None
    letter_series: list[SeriesRow] = Field(default_factory=list, max_length=60)
    signers: list[SignerRow] = Field(default_factory=list, max_length=60)


def signer_key(post: str, on_behalf_of: str | None) -> str:
    """What a series and a report name a signer by: the same for the holder of a post and their deputies."""
    return slug_of(post)[:37] + ("-an" if on_behalf_of else "")


def letters_form(office: OfficeConfig) -> LettersForm:
    """The letters' settings as they are now."""
    kept = settings_to_json(office.settings)
    rows = {name: kept[name] for name in ("place", "reporter", "approver")}
    return LettersForm(
        **{name: value or None for name, value in rows.items()},  # type: ignore[arg-type]
        letter_series=[_series_row(each) for each in office.settings.letter_series],
        signers=[_signer_row(each) for each in office.settings.signers],
    )


def change_letters(tx: Transaction, wanted: LettersForm) -> None:
    """Raises `Invalid("fields")`. A series is never taken away once it gave a number: it is switched off."""
    known = {each.key for each in tx.office.settings.letter_series}
    keys = {signer_key(row.post, row.on_behalf_of) for row in wanted.signers}
    faults: list[Problem] = []
    for place, row in enumerate(wanted.letter_series):
        code = pattern_fault(row.pattern)
        if code:
            faults.append(Problem(("letter_series", place, "pattern"), code))
        if row.key is not None and row.key not in known:
            faults.append(Problem(("letter_series", place, "title"), "invalid"))
        if row.signer is not None and row.signer not in keys:
            faults.append(Problem(("letter_series", place, "signer"), "choose"))
        if row.on_paper and row.paper_year is None:
            faults.append(Problem(("letter_series", place, "paper_year"), "missing"))
    faults += twice("letter_series", "pattern", [row.pattern for row in wanted.letter_series], "pattern_twice")
    faults += twice("letter_series", "title", [row.title for row in wanted.letter_series], "name_taken")
    for place, signer in enumerate(wanted.signers):
        if signer.from_on and signer.until_on and signer.from_on > signer.until_on:
            faults.append(Problem(("signers", place, "until_on"), "after_begin"))
        if any(_stand_in_one_place(signer, other) for other in wanted.signers[:place]):
            faults.append(Problem(("signers", place, "post"), "signer_twice"))
    for name in ("reporter", "approver"):
        if getattr(wanted, name) not in (None, *keys):
            faults.append(Problem((name,), "choose"))
    raise_if_faults(faults)
    series = _with_keys(wanted.letter_series, known)
    gone = [each for each in tx.office.settings.letter_series if each.key not in {row.key for row in series}]
    series += [_switched_off(each) for each in gone]
    change_settings(
        tx,
        "letters",
        {
            **{name: getattr(wanted, name) for name in ("place", "reporter", "approver")},
            "letter_series": [row.model_dump(mode="json") for row in series],
            "signers": [_signer_json(row) for row in wanted.signers],
        },
    )


def _with_keys(rows: list[SeriesRow], known: set[str]) -> list[SeriesRow]:
    taken, found = set(known), list[SeriesRow]()
    for row in rows:
        key = row.key or slug_of(row.title, sorted(taken))
        taken.add(key)
        found.append(row.model_copy(update={"key": key}))
    return found


def _switched_off(series: LetterSeries) -> SeriesRow:
    return _series_row(series).model_copy(update={"is_active": False})


def _series_row(series: LetterSeries) -> SeriesRow:
    return SeriesRow(**{name: getattr(series, name) for name in SeriesRow.model_fields})


def _signer_row(signer: Signer) -> SignerRow:
    return SignerRow(**{name: getattr(signer, name) or None for name in SignerRow.model_fields})  # type: ignore[arg-type]


def _signer_json(row: SignerRow) -> dict[str, object]:
    table: dict[str, object] = row.model_dump(mode="json")
    empty = {name: table[name] or "" for name in ("nip", "rank", "on_behalf_of")}
    return {**table, **empty, "key": signer_key(row.post, row.on_behalf_of)}


def _stand_in_one_place(one: SignerRow, other: SignerRow) -> bool:
    """Two signers of one post on the same days: nobody could say which of them signs."""
    if signer_key(one.post, one.on_behalf_of) != signer_key(other.post, other.on_behalf_of):
        return False
    if (one.from_on or one.until_on) is None or (other.from_on or other.until_on) is None:
        return (one.from_on or one.until_on) is (other.from_on or other.until_on)
    first, last = date.min, date.max
    begins = max(one.from_on or first, other.from_on or first)
    return begins <= min(one.until_on or last, other.until_on or last)
