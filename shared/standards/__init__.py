"""Service standards as files: read whole and checked, or refused with every fault at its place."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from shared import faults
from shared.domain.channel import from_named
from shared.domain.errors import Invalid
from shared.domain.problem import Problem, under
from shared.domain.region import District, Village
from shared.domain.standards.check import problems, service_problems, taken_twice
from shared.domain.standards.standard import OfficeStandard, Role, ServiceStandard, Step
from shared.domain.standards.table import to_table
from shared.standards.encoding import NoText, decoded
from shared.standards.shape import PAIRS, Table, cut, dates_as_words, fields_of

_HERE = Path(__file__).parent
MOST_SIGNS = 30_000
"""Of `=`, `,` and `[` in a file, counted before it is read: an office with eight services has 2,000, and what takes
seconds to be refused would keep everybody waiting.
"""
_LONG_KEY = re.compile(r"(?<![\w-])[\w-]++(?:\s*+\.\s*+[\w-]++){50}")
"""The time that `tomllib` takes for a key grows with the square of its parts."""

# A list around the dataclass, because pydantic takes no settings for a dataclass that is not its own.
_SHAPE = ConfigDict(extra="forbid", strict=True, defer_build=True)
_OFFICE = TypeAdapter(list[OfficeStandard], config=_SHAPE)
_SERVICE = TypeAdapter(list[ServiceStandard], config=_SHAPE)

_T = TypeVar("_T", OfficeStandard, ServiceStandard)


class InvalidStandard(Invalid):
    """A standard that cannot be used, with every problem at its path in the file: ("services", 1, "steps", 2)."""

    def __init__(self, found: Sequence[Problem]) -> None:
        self.problems = _once(found)
        super().__init__("standard", fields=[each.name for each in self.problems], problems=self.problems)


def load(source: Path | bytes) -> OfficeStandard:
    """The standard in a TOML file or in its bytes; raises `InvalidStandard`, and OSError for a file not readable."""
    table = read(source if isinstance(source, bytes) else source.read_bytes())
    services = table.get("services")
    if isinstance(services, list):
        table["services"] = [_modern(each) if isinstance(each, dict) else each for each in services]
    standard = _shaped(_OFFICE, OfficeStandard, _modern(table))
    _refuse(problems(standard))
    return standard


def services_in(content: bytes) -> tuple[ServiceStandard, ...]:
    """The services of a file: of one service, of a list of them, or of a whole office; raises `InvalidStandard`."""
    table = read(content)
    services = table.get("services")
    if services is None:
        return (service_from_json(table),)
    if table.keys() > {"services"} or not isinstance(services, list):
        return load(content).services
    found: list[Problem] = []
    made: list[ServiceStandard] = []
    for place, each in enumerate(services):
        try:
            made.append(service_from_json(each if isinstance(each, dict) else {"": each}))
        except InvalidStandard as error:
            found += under(("services", place), error.problems)
            if len(found) > faults.MOST:
                break
    _refuse([*found, *taken_twice(made, ("slug",))])  # letters are proposed anew where they are taken
    return tuple(made)


@cache
def shipped() -> tuple[OfficeStandard, ...]:
    """The standards that come with the program, one per office, by slug."""
    return tuple(load(path) for path in sorted(_HERE.glob("*.toml")))


@cache
def holidays() -> dict[date, str]:
    """Public holidays and collective leave with which an office begins; it corrects them in its own table.

    Source: for 2026 the joint decree SKB 1497/2025, 2/2025, 5/2025; for 2027 the list of the `holidays` package, in
    which the days after the Islamic year are partly an estimate ("perkiraan").
    """
    table = json.loads((_HERE / "holidays.json").read_text(encoding="utf-8"))
    return {date.fromisoformat(day): name for day, name in table.items()}


def service_from_json(table: Mapping[str, object]) -> ServiceStandard:
    """The service in a table of JSON or TOML values, checked as a file is; raises `InvalidStandard`."""
    service = stored(table)
    _refuse(service_problems(service))
    return service


def stored(table: Mapping[str, object]) -> ServiceStandard:
    """The service of a version that was checked when it was saved: its shape alone; raises `InvalidStandard`."""
    return _shaped(_SERVICE, ServiceStandard, _modern(table))


def service_to_json(service: ServiceStandard) -> Table:
    """The service as JSON values; `service_from_json` reads it back."""
    return to_table(service)


@cache
def regions() -> tuple[District, ...]:
    """The sub-districts of Kabupaten Lumajang with their villages, by code; source in `regions.json`."""
    table = json.loads((_HERE / "regions.json").read_bytes())
    return tuple(
        District(each["code"], each["name"], tuple(Village(*village) for village in each["villages"]))
        for each in table["districts"]
    )


@cache
def village_names() -> Mapping[str, str]:
    """Code -> name of the villages that the program knows."""
    return {village.code: village.name for district in regions() for village in district.villages}


def regency_of(region_code: str) -> str | None:
    """ "Kabupaten Lumajang" for a code within it; None for a regency that `regions.json` does not name."""
    regency = json.loads((_HERE / "regions.json").read_bytes())["regency"]
    return str(regency["name"]) if region_code.startswith(f"{regency['code']}.") else None


def _modern(table: Mapping[str, object]) -> dict[str, object]:
    """The table as this version writes it: complaint channels were named ones before they had a kind, and a system
    outside ("OSS") is known by its small letters."""
    known = dict(table)
    named, steps = table.get("complaint"), table.get("steps")
    if isinstance(named, Mapping):
        known["complaint"] = from_named(named)
    if isinstance(steps, list):
        known["steps"] = [_in_small_letters(each) if isinstance(each, dict) else each for each in steps]
    return known


def _in_small_letters(step: Mapping[str, object]) -> dict[str, object]:
    system = step.get("system")
    return {**step, "system": system.strip().lower()} if isinstance(system, str) else dict(step)


def read(content: bytes) -> dict[str, object]:
    """The table in the bytes of a TOML file; raises `InvalidStandard`."""
    text = text_of(content)
    if sum(map(text.count, "=,[")) > MOST_SIGNS:
        raise InvalidStandard([Problem((), "too_much", {"most": MOST_SIGNS})])
    if _LONG_KEY.search(text):
        raise InvalidStandard([Problem((), "too_deep")])
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InvalidStandard([Problem((), "too_deep")]) from None
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        raise InvalidStandard([_syntax(str(error))]) from None


def text_of(content: bytes) -> str:
    """The text of a file, whatever Windows wrote it in; raises `InvalidStandard` with the line that is no text."""
    try:
        return decoded(content)
    except NoText as error:
        raise InvalidStandard([Problem((), "no_utf8", {"line": error.line})]) from None


def _syntax(message: str) -> Problem:
    """Where tomllib stopped; its reasons are English words about characters, so the place has to do."""
    found = re.search(r"at line (\d+), column (\d+)", message)
    if found:
        return Problem((), "no_toml_at", {"line": int(found[1]), "column": int(found[2])})
    return Problem((), "toml_unfinished" if "end of document" in message else "no_toml")


def _shaped(adapter: TypeAdapter[list[_T]], part: type[_T], table: Mapping[str, object]) -> _T:
    """The table as dataclasses. By way of JSON, where strictness still takes a list for a tuple, a word for an enum."""
    try:
        return adapter.validate_json(json.dumps([dates_as_words(table, part)], default=_untyped))[0]
    except ValidationError as error:
        raise InvalidStandard([_problem(each, part) for each in faults.problems(error, above=1)]) from None
    except ValueError:
        raise InvalidStandard([Problem((), "number_too_long")]) from None
    except RecursionError:
        raise InvalidStandard([Problem((), "too_deep")]) from None


def _untyped(value: object) -> dict[str, str]:
    """TOML dates and times, which no field takes: as a table, so that the check for text refuses them."""
    return {type(value).__name__: str(value)}


def _without_admin(facts: Mapping[str, object]) -> list[str]:
    """The words of a closed set that may stand at a step: who sets up an office has no step of his own."""
    return [word for word in str(facts["allowed"]).split(", ") if word != Role.ADMIN]


def _refuse(found: Sequence[Problem]) -> None:
    if found:
        raise InvalidStandard(found)


def _once(found: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems, those with the same words at the same place once."""
    known = {(each.path, each.code, tuple(each.facts.items())): each for each in found}
    return tuple(known.values())


def _problem(problem: Problem, root: type) -> Problem:
    """A fault of the shape at the field to which it belongs, with the keys that its part may have."""
    path, part, kind = cut(root, problem.path)
    if problem.code == "unknown_key":
        near = difflib.get_close_matches(str(path[-1]), fields_of(part), n=1, cutoff=0.7)
        known = {"allowed": ", ".join(fields_of(part))}
        return Problem(path, "unknown_key_near", {"near": near[0]}) if near else Problem(path, "unknown_key", known)
    if kind == PAIRS:
        return Problem(path, "no_pairs")
    if part is Step and problem.code == "not_one_of":
        return Problem(path, problem.code, {**problem.facts, "allowed": ", ".join(_without_admin(problem.facts))})
    return Problem(path, problem.code, problem.facts)
