"""The fields of the standard editor, taken from the shape of a standard: a new field stands on the page by itself.

Its words are `field.<part>.<name>` and, in one line of help, `help.<part>.<name>`; a section's are `section.<key>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import get_args, get_origin

from flask_babel import gettext

from shared.domain.problem import Path
from shared.domain.standards import standard
from shared.domain.standards.standard import COMPONENTS, Role, ServiceStandard
from shared.standards.shape import PAIRS, cut, fields_of, part_of

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "names": ("name", "short_name", "name_en", "icon", "category", "group", "group_en", "is_delicate"),
    "decree": ("title", "decree_number", "decree_on"),
    "criteria": ("criteria",),
    "requirements": ("questions", "requirements"),
    "matter": ("applicant", "applicant_required", "fields"),
    "steps": ("queue_only", "steps"),
    "promise": ("promise",),
    "fee": ("fee",),
    "products": ("products", "products_en", "products_by_case"),
    "complaint": ("complaint",),
    "queue": ("number_after_check", "online", "hours"),
    "management": COMPONENTS[6:],
    "notes": ("notes",),
}
"""What stands together, one fold of the page each; a field that is in none of them stands in the last."""

_UNSEEN = ("slug", "series", "originals")
_LONG = ("competence", "supervision", "guarantee", "safety", "step.text")
_TICKED: Mapping[str, tuple[str, ...]] = {
    name: getattr(standard, "APPLICANT_FIELDS", ()) for name in ("applicant", "applicant_required")
}
_OF_THE_PAGE = {
    "step.may_send_back_to": "earlier",
    "declared_field.at": "steps",
    "rate.per": "numbers",
    "step.letter_series": "letter_series",
}
"""Fields whose choices are what stands on the same page, or in the office."""


@dataclass(frozen=True, slots=True)
class Editable:
    """One field: `part`, in whose words it is named; `widget`, the macro that draws it; `fields`, of each row of it."""

    name: str
    part: str
    widget: str
    is_required: bool = False
    may_be_none: bool = False
    usual: str | bool | int | None = None
    """What a new row begins with."""
    choices: tuple[str, ...] = ()
    family: str = ""
    """Of the words of its choices: "role" of `role.loket`."""
    source: str = ""
    """Where the page finds its choices (`_OF_THE_PAGE`)."""
    fields: tuple[Editable, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.part}.{self.name}"

    @property
    def is_line(self) -> bool:
        """Whether a row of it fits on one line of the page."""
        return len(self.fields) <= 4 and all(each.widget in ("line", "number", "choice", "key") for each in self.fields)


@cache
def sections() -> Mapping[str, tuple[Editable, ...]]:
    """Section -> its fields; every field of a standard that an office may set stands in one."""
    known = {each.name: each for each in _fields(ServiceStandard)}
    placed = {name for names in SECTIONS.values() for name in names}
    found = {key: tuple(known[name] for name in names if name in known) for key, names in SECTIONS.items()}
    found["notes"] += tuple(each for name, each in known.items() if name not in placed)
    return {key: each for key, each in found.items() if each}


def section_of(name: str) -> str:
    """The section of a field of the standard; of one inside a part by the name of the part."""
    return next((key for key, found in sections().items() if name in [each.name for each in found]), "names")


def label(path: Path) -> str:
    """How the page calls the field at that path of a standard."""
    part = cut(ServiceStandard, path[:-1])[1]
    key = f"field.{snake(part)}.{path[-1]}"
    words = gettext(key)
    return str(path[-1]) if words == key else str(words)


@cache
def snake(part: type) -> str:
    """ "declared_field" of DeclaredField; the standard itself has no name in the words of its fields."""
    return "standard" if part is ServiceStandard else re.sub(r"(?<!^)(?=[A-Z])", "_", part.__name__).lower()


def _fields(part: type) -> tuple[Editable, ...]:
    kinds = fields_of(part)
    assert is_dataclass(part)
    return tuple(
        replace(
            _editable(snake(part), each.name, kinds[each.name], each.default is MISSING),
            may_be_none=each.default is None,
            usual=_USUAL.get(f"{snake(part)}.{each.name}", _plain(each.default)),
        )
        for each in fields(part)
        if each.name not in _UNSEEN
    )


_USUAL = {"step.role": Role.LOKET.value, "promise.unit": "working_days"}


def _plain(default: object) -> str | bool | int | None:
    if isinstance(default, StrEnum):
        return default.value
    return default if isinstance(default, (str, bool, int)) else None


def _editable(part: str, name: str, kind: object, is_required: bool) -> Editable:
    words = f"{part}.{name}"
    inner = part_of(kind)
    if inner is not None:
        return Editable(name, part, "rows" if get_origin(kind) is tuple else "part", fields=_fields(inner))
    if name == "key":
        return Editable(name, part, "key")
    if name == "icon":
        return Editable(name, part, "picture")
    if words in _OF_THE_PAGE:
        widget = "ticks" if get_origin(kind) is tuple else "choice"
        return Editable(name, part, widget, source=_OF_THE_PAGE[words])
    if name in _TICKED:
        return Editable(name, part, "ticks", choices=_TICKED[name], family="data")
    if kind == PAIRS:
        return Editable(name, part, "when")
    several = get_origin(kind) is tuple
    value = get_args(kind)[0] if several else kind
    if isinstance(value, type) and issubclass(value, StrEnum):
        choices = tuple(each.value for each in value if each is not Role.ADMIN)
        widget = "ticks" if several else "choice"
        return Editable(name, part, widget, is_required, choices=choices, family=_family(value))
    widget = "lines" if several else _WIDGETS.get(value, "line") if isinstance(value, type) else "line"
    if widget == "line" and (name in _LONG or words in _LONG):
        widget = "area"
    return Editable(name, part, widget, is_required)


_WIDGETS: Mapping[type, str] = {bool: "tick", int: "number", date: "date"}
_FAMILIES = {"channel_kind": "complaint_channel", "field_kind": "field_kind", "signs": "signed", "weekday": "weekday"}


def _family(kind: type[StrEnum]) -> str:
    name = snake(kind)
    return _FAMILIES.get(name, name)
