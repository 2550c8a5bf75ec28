"""What the page of the standard editor adds to what was typed: keys of new rows, and words that follow from numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.domain.channel import WALKED_TO
from shared.domain.standards.standard import ServiceStandard
from shared.domain.typed import iso_day, rupiah
from shared.engine.setup.office import slug_of
from shared.standards import service_from_json
from shared.standards.shape import fields_of, from_form, part_of
from shared.web.forms import Table, Value
from shared.words import words


def service_of(typed: Table, slug: str, series: str) -> ServiceStandard:
    """What was typed as a service; raises `InvalidStandard`. Its address and its letter are not the page's to say."""
    table = {**from_form(typed, ServiceStandard), "slug": slug, "series": series}
    table.pop("base", None)
    if isinstance(decree_on := table.get("decree_on"), str):
        table["decree_on"] = iso_day(decree_on)
    for name in ("promise", "fee"):
        part = table.get(name)
        if isinstance(part, dict) and "text" not in part:
            part.update(_said(name, part))
    return service_from_json(table)


def _said(name: str, part: Mapping[str, object]) -> dict[str, str]:
    """The words of a time or a fee for which only the number was typed; in Indonesian, as the standard is."""
    say = words()
    if name == "promise" and "value" in part:
        count = "-".join(str(part[each]) for each in ("value", "up_to") if part.get(each))
        return {"text": say(f"promise.{part.get('unit')}", count=count)}
    if name == "fee" and isinstance(amount := part.get("rupiah"), int):
        return {"text": say("fee.free") if amount == 0 else rupiah(amount)}
    return {}


def prune(typed: Table) -> None:
    """Takes rows away in which nothing was typed: a channel always says its kind, and a box or a desk no more."""
    for name, rows in typed.items():
        if isinstance(rows, list):
            typed[name] = [row for row in rows if not isinstance(row, dict) or _says(name, row)]


def _says(name: str, row: Mapping[str, Value]) -> bool:
    said = {key for key, value in row.items() if value}
    return bool(said - {"kind"}) or (name == "complaint" and row.get("kind") in WALKED_TO)


def name_keys(typed: Table, part: type = ServiceStandard) -> None:
    """Gives new rows a key from their words; those that have one keep it, because others name it."""
    for name, kind in fields_of(part).items():
        inner, rows = part_of(kind), typed.get(name)
        if inner is None or not isinstance(rows, list):
            continue
        tables = [row for row in rows if isinstance(row, dict)]
        if "key" in fields_of(inner):
            _keyed(tables, "title" if "title" in fields_of(inner) else "text")
        for row in tables:
            name_keys(row, inner)


def _keyed(rows: Sequence[dict[str, Value]], source: str) -> None:
    taken = [str(row["key"]) for row in rows if row.get("key")]
    for row in rows:
        said = str(row.get(source) or "").strip()
        if not row.get("key") and said:
            key = slug_of(said, taken)
            row["key"] = key if key[0].isalpha() else slug_of(f"n-{key}", taken)
            taken.append(str(row["key"]))
