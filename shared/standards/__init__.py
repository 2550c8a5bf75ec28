"""Service standards as files: read whole and checked, or refused with every fault at its place."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.domain.channel import Channel, from_named
from shared.domain.region import District, Village
from shared.domain.standard import (
    Criterion,
    Fee,
    OfficeStandard,
    Option,
    OriginalWording,
    Promise,
    Question,
    Requirement,
    ServiceStandard,
    Step,
    to_table,
)
from shared.domain.standard_check import PLACES, Fault, join, problems, service_problems

_HERE = Path(__file__).parent

# A list around the dataclass, because pydantic takes no settings for a dataclass that is not its own.
_SHAPE = ConfigDict(extra="forbid", strict=True)
_OFFICE = TypeAdapter(list[OfficeStandard], config=_SHAPE)
_SERVICE = TypeAdapter(list[ServiceStandard], config=_SHAPE)

_PARTS = (OfficeStandard, ServiceStandard, Question, Option, Requirement, Step, Promise, Fee)
_SMALL_PARTS = (Channel, Criterion, OriginalWording)
_FIELDS = sorted({field.name for part in (*_PARTS, *_SMALL_PARTS) for field in fields(part)})

_WORDS = {"role": "peran", "unit": "satuan", "category": "kategori", "collects": "yang dikumpulkan", "kind": "jenis"}
_TYPES = {
    "missing": "belum diisi",
    "string_type": "harus teks di antara tanda petik",
    "int_type": "harus bilangan bulat",
    "bool_type": "harus true atau false",
    "tuple_type": "harus daftar di antara tanda [ ]",
    "dataclass_type": "harus tabel dengan kunci dan isinya",
}
_PAIRS = 'harus daftar pasangan: [["pertanyaan", "pilihan"]]'
_TOO_DEEP = "susunan berkas terlalu dalam"

_T = TypeVar("_T")


class InvalidStandard(ValueError):
    """A standard that cannot be used; `problems` are Indonesian sentences, each beginning with its place."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.problems = list(sentences)


def load(source: Path | bytes) -> OfficeStandard:
    """The standard in a TOML file or in its bytes; raises `InvalidStandard`, and OSError for a file not readable."""
    table = _toml(source if isinstance(source, bytes) else source.read_bytes())
    services = table.get("services")
    if isinstance(services, list):
        table["services"] = [_modern(each) if isinstance(each, dict) else each for each in services]
    standard = _shaped(_OFFICE, _modern(table))
    _refuse(problems(standard))
    return standard


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
    """The service in a table of JSON values, checked as a file is; raises `InvalidStandard`."""
    service = _shaped(_SERVICE, _modern(table))
    _refuse(service_problems(service))
    return service


def service_to_json(service: ServiceStandard) -> dict[str, Any]:
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


def regency_of(region_code: str) -> str | None:
    """ "Kabupaten Lumajang" for a code within it; None for a regency that `regions.json` does not name."""
    regency = json.loads((_HERE / "regions.json").read_bytes())["regency"]
    return str(regency["name"]) if region_code.startswith(f"{regency['code']}.") else None


def _modern(table: Mapping[str, object]) -> dict[str, object]:
    """The table as this version writes it: complaint channels were named ones before they had a kind."""
    named = table.get("complaint")
    return {**table, "complaint": from_named(named)} if isinstance(named, Mapping) else dict(table)


def _toml(content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))  # Notepad writes a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidStandard([f"baris {line}: berkas bukan teks UTF-8"]) from None
    except RecursionError:
        raise InvalidStandard([_TOO_DEEP]) from None
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        raise InvalidStandard([_syntax(str(error))]) from None


def _syntax(message: str) -> str:
    """Where tomllib stopped; its reasons are English words about characters, so the place has to do."""
    found = re.search(r"at line (\d+), column (\d+)", message)
    if found:
        return f"baris {found[1]}, kolom {found[2]}: bukan tulisan TOML yang sah"
    return "akhir berkas: tulisan TOML belum selesai" if "end of document" in message else "bukan tulisan TOML yang sah"


def _shaped(adapter: TypeAdapter[list[_T]], table: Mapping[str, object]) -> _T:
    """The table as dataclasses. By way of JSON, where strictness still takes a list for a tuple, a word for an enum."""
    try:
        return adapter.validate_json(json.dumps([table], default=_untyped))[0]
    except ValidationError as error:
        raise _invalid(_problem(each) for each in error.errors(include_url=False)) from None
    except ValueError:
        raise InvalidStandard(["ada bilangan yang terlalu panjang"]) from None
    except RecursionError:
        raise InvalidStandard([_TOO_DEEP]) from None


def _untyped(value: object) -> dict[str, str]:
    """TOML dates and times, which no field takes: as a table, so that the check for text refuses them."""
    return {type(value).__name__: str(value)}


def _refuse(found: Sequence[Fault]) -> None:
    if found:
        raise _invalid(found)


def _invalid(found: Iterable[Fault]) -> InvalidStandard:
    return InvalidStandard(list(dict.fromkeys(str(each) for each in found)))


def _problem(error: ErrorDetails) -> Fault:
    place, field = _where(error["loc"][1:])
    kind = error["type"]
    if kind == "enum":
        return Fault(place, f"{_WORDS.get(field, field)} '{str(error['input'])[:40]}' tidak dikenal")
    if kind == "unexpected_keyword_argument":
        return Fault(place, f"kunci '{field}' tidak dikenal{_hint(field)}")
    if field == "when":
        return Fault(place, f"'when' {_PAIRS}")
    return Fault(place, f"{repr(field) if field else 'isinya'} {_TYPES.get(kind, 'tidak sah')}")


def _where(loc: tuple[int | str, ...]) -> tuple[str, str]:
    """The place in words, and the field there; "" for the field when the fault is the place itself."""
    place, field = "", ""
    for part, following in zip(loc, (*loc[1:], None), strict=True):
        if isinstance(part, int):
            continue
        if part in PLACES and following is not None:
            name = PLACES[part]
            place = join(place, f"{name} {following + 1}" if isinstance(following, int) else name)
        else:
            field = part
    return place, field


def _hint(key: str) -> str:
    near = difflib.get_close_matches(key, _FIELDS, n=1, cutoff=0.7)
    return f" (maksudnya '{near[0]}'?)" if near else ""
