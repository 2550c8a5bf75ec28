"""Between the form of the standard editor and the table of a standard that `shared.standards` checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.domain.channel import WALKED_TO
from shared.domain.standard import ServiceStandard, to_table
from shared.engine.setup import slug_of

Typed = dict[str, Any]
LISTS = ("products", "legal_basis", "facilities", "evaluation", "notes")
"""Components that are lists of lines."""


def typed_from(service: ServiceStandard) -> Typed:
    """The standard in the shape of the form."""
    typed: Typed = to_table(service)
    for name in LISTS:
        typed[name] = "\n".join(typed.get(name, ()))
    for rows in ("questions", "requirements"):
        for row in typed.get(rows, ()):
            row["when"] = ["=".join(pair) for pair in row.get("when", ())]
    return typed


def table_from(typed: Typed) -> dict[str, Any]:
    """What was typed as the table that `shared.standards` checks; what is left empty is absent."""
    table: dict[str, Any] = {}
    for name in ("name", "short_name", "name_en", "icon", "category", "title", "decree_number"):
        table[name] = _text(typed.get(name))
    for name in ("group", "group_en", "decree_on"):
        table[name] = _text(typed.get(name))
    for name in ("competence", "supervision", "guarantee", "safety"):
        table[name] = _text(typed.get(name))
    table["staff_count"] = _number_of(typed.get("staff_count"))
    table["is_delicate"] = bool(typed.get("is_delicate"))
    for name in LISTS:
        table[name] = _lines(typed.get(name))
    table["questions"] = [
        {
            **_texts(row, "key", "text", "text_en"),
            "when": _when(row),
            "options": [_texts(o, "key", "text", "text_en") for o in _rows(row, "options")],
        }
        for row in _rows(typed, "questions")
    ]
    table["requirements"] = [
        {**_texts(row, "key", "text", "text_en", "icon"), "optional": bool(row.get("optional")), "when": _when(row)}
        for row in _rows(typed, "requirements")
    ]
    table["steps"] = [_step(row) for row in _rows(typed, "steps")]
    table["promise"] = _promise(_part(typed, "promise"))
    table["fee"] = _fee(_part(typed, "fee"))
    table["complaint"] = [row for each in _rows(typed, "complaint") if (row := _channel(each))]
    table["criteria"] = [row for each in _rows(typed, "criteria") if (row := _texts(each, "text", "text_en"))]
    table["originals"] = [_texts(each, "component", "text") for each in _rows(typed, "originals")]
    return {key: value for key, value in table.items() if value is not None}


def _step(row: Typed) -> dict[str, Any]:
    step = _texts(row, "key", "title", "title_en", "text", "role", "system")
    step.update({name: bool(row.get(name)) for name in ("needs_applicant", "silent")})
    step.update({name: list(row.get(name, ())) for name in ("collects", "may_send_back_to")})
    norm = _number_of(row.get("norm_minutes"))
    return step if norm is None else {**step, "norm_minutes": norm}


_UNITS = {"minutes": "menit", "hours": "jam", "working_days": "hari kerja"}


def _promise(part: Typed) -> dict[str, Any] | None:
    """None when no time is given; without words of its own the promise says its number."""
    value, unit = _number_of(part.get("value")), _text(part.get("unit"))
    words = _text(part.get("text"))
    if value is None and words is None:
        return None
    promise = {"value": value, "unit": unit, "text": words or f"{value} {_UNITS.get(str(unit), '')}"}
    return {key: each for key, each in promise.items() if each is not None}


def _fee(part: Typed) -> dict[str, Any] | None:
    rupiah, words = _number_of(part.get("rupiah")), _text(part.get("text"))
    if rupiah is None and words is None:
        return None
    if words is None:
        words = "Tidak dipungut biaya (gratis)" if rupiah == 0 else f"Rp{rupiah}"
    return {"text": words} if rupiah is None else {"rupiah": rupiah, "text": words}


def _channel(row: Typed) -> dict[str, Any]:
    """A row of which only the kind is chosen, which some kind always is, counts for a box and a desk alone."""
    channel = _texts(row, "kind", "value", "label")
    says_all = channel.get("kind") in WALKED_TO
    return channel if says_all or len(channel) > 1 else {}


def name_keys(typed: Typed) -> None:
    """Gives new rows a key from their words; those that have one keep it, because others name it."""
    _keyed(_rows(typed, "requirements"), "text")
    _keyed(_rows(typed, "steps"), "title")
    _keyed(_rows(typed, "questions"), "text")
    for row in _rows(typed, "questions"):
        _keyed(_rows(row, "options"), "text")


def _keyed(rows: list[Typed], source: str) -> None:
    taken = [str(row["key"]) for row in rows if row.get("key")]
    for row in rows:
        words = _text(row.get(source))
        if not row.get("key") and words:
            key = slug_of(words, taken)
            row["key"] = key if key[0].isalpha() else slug_of(f"n-{key}", taken)
            taken.append(row["key"])


def _rows(typed: Mapping[str, Any], name: str) -> list[Typed]:
    found = typed.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _part(typed: Typed, name: str) -> Typed:
    found = typed.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return (value.replace("\r\n", "\n").strip() or None) if isinstance(value, str) else None


def _texts(row: Typed, *names: str) -> dict[str, Any]:
    found = {name: _text(row.get(name)) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _lines(value: object) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else []


def _number_of(value: object) -> int | str | None:
    """The number; what is none stays as it was typed, so that the check names it."""
    words = _text(str(value)) if value not in (None, "") else None
    return int(words) if words is not None and re.fullmatch(r"-?[0-9]{1,9}", words) else words


def _when(row: Typed) -> list[list[str]]:
    return [pair.split("=", 1) for pair in row.get("when", ()) if isinstance(pair, str) and "=" in pair]
