"""The matter of one file: the fields that its standard declares, and what of the standard holds for this case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal

from shared.domain.bounds import is_text
from shared.domain.files.procedure import first_desk
from shared.domain.identity import is_phone, mask, nik_check, plain, tidy
from shared.domain.standards.parts import DeclaredField, FieldKind, GroupField, Promise, Rate
from shared.domain.standards.standard import ServiceStandard, Step, applies
from shared.domain.typed import iso_day, rupiah, typed_amount, written_day

Matter = Mapping[str, object]
"""Key of a declared field -> what stands in it: text, or for a group a list of tables of text."""

LONGEST = {FieldKind.LONG_TEXT: 2000}
LONGEST_TEXT = 200
MOST_ENTRIES = 40
"""Of one group, whatever the standard says."""

_NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,4})?")
_MONEY = re.compile(r"[0-9]{1,12}")
_FIRST, _LAST = date(1850, 1, 1), date(2150, 12, 31)


def facts_of(standard: ServiceStandard, answers: Mapping[str, str], matter: Matter) -> dict[str, str]:
    """What a `when` may ask for: the answers to the questions, and the choices that were written down."""
    chosen = {each.key: matter.get(each.key) for each in standard.fields if each.kind == FieldKind.CHOICE}
    return {**answers, **{key: value for key, value in chosen.items() if isinstance(value, str)}}


def asked_at(standard: ServiceStandard, step: Step) -> list[DeclaredField]:
    """The fields that this step fills, in the order of the standard, whether their `when` holds or not."""
    first = first_desk(standard.steps).key
    return [each for each in standard.fields if (each.at or first) == step.key]


def asked_now(standard: ServiceStandard, step: Step, facts: Mapping[str, str]) -> list[DeclaredField]:
    """Those of them whose `when` holds."""
    return [each for each in asked_at(standard, step) if applies(each.when, facts)]


def filled(fields: Sequence[DeclaredField], before: Matter, given: Matter, *, is_whole: bool) -> dict[str, object]:
    """The matter with what was given for these fields; `is_whole`: what was not given of them was emptied.

    Raises nothing: what is wrong with a value, `faults` says; it is kept as it was typed.
    """
    known = dict(before)
    for each in fields:
        value = _tidied(each, given[each.key]) if each.key in given else None
        if value not in (None, "", []):
            known[each.key] = value
        elif is_whole or each.key in given:
            known.pop(each.key, None)
    return known


def holding(standard: ServiceStandard, answers: Mapping[str, str], matter: Matter) -> dict[str, object]:
    """The matter without fields whose `when` does not hold any more."""
    kept = dict(matter)
    for each in standard.fields:
        if each.key in kept and not applies(each.when, facts_of(standard, answers, kept)):
            del kept[each.key]
    return kept


def faults(fields: Iterable[DeclaredField], matter: Matter) -> list[str]:
    """The names of the fields in which something stands that cannot be: "Ahli waris 2: NIK"."""
    found = []
    for each in fields:
        value = matter.get(each.key)
        if value is None:
            continue
        if each.kind != FieldKind.GROUP:
            found += [] if isinstance(value, str) and is_sound(each, value) else [each.text]
        elif not isinstance(value, list) or len(value) > min(each.most, MOST_ENTRIES):
            found.append(each.text)
        else:
            for place, entry in enumerate(value, 1):
                wrong = [part for part in each.fields if part.key in entry and not is_sound(part, str(entry[part.key]))]
                found += [f"{each.text} {place}: {part.text}" for part in wrong]
    return found


def missing(fields: Iterable[DeclaredField], matter: Matter) -> list[str]:
    """Codes of the fields that must be filled and are not: `field:<key>`."""
    return [f"field:{each.key}" for each in fields if each.required and not _is_filled(each, matter.get(each.key))]


def is_sound(field: DeclaredField | GroupField, value: str) -> bool:
    """Whether the text can stand in a field of that kind."""
    if len(value) > LONGEST.get(field.kind, LONGEST_TEXT) or not is_text(value):
        return False
    match field.kind:
        case FieldKind.NUMBER:
            return _NUMBER.fullmatch(value) is not None
        case FieldKind.MONEY:
            return _MONEY.fullmatch(value) is not None
        case FieldKind.DATE:
            return _is_day(value)
        case FieldKind.TIME:
            return _is_time(value)
        case FieldKind.CHOICE:
            return value in [option.key for option in field.options]
        case FieldKind.NIK:
            return not nik_check(value, "").errors
        case FieldKind.PHONE:
            return is_phone(value)
        case _:
            return True


def lines(standard: ServiceStandard, matter: Matter, language: str = "id") -> list[tuple[str, str]]:
    """What is filled, field by field, as a person reads it; each entry of a group by itself."""
    found: list[tuple[str, str]] = []
    for each in standard.fields:
        value, name = matter.get(each.key), each.text_in(language)
        if isinstance(value, list):
            found += [
                (
                    f"{name} {place}",
                    ", ".join(_said(part, entry, language) for part in each.fields if part.key in entry),
                )
                for place, entry in enumerate(value, 1)
            ]
        elif isinstance(value, str):
            found.append((name, _said(each, {each.key: value}, language)))
    return found


def texts(matter: Matter) -> dict[str, str]:
    """Every text that stands in it, those of a group under "waris.1.nama": what must go with a person's data."""
    found: dict[str, str] = {}
    for key, value in matter.items():
        for place, entry in enumerate(value if isinstance(value, list) else (), 1):
            found |= {f"{key}.{place}.{name}": str(text) for name, text in entry.items()}
        if isinstance(value, str):
            found[key] = value
    return found


def masked(fields: Iterable[DeclaredField], matter: Matter) -> dict[str, object]:
    """The matter for a screen: every NIK with its last four digits only."""
    return _with_niks(fields, matter, lambda said, key, place: mask(said))


def unmasked(fields: Iterable[DeclaredField], given: Matter, stored: Matter) -> dict[str, object]:
    """What came back from such a screen: a NIK as it was shown means the one that is there."""
    known = texts(stored)

    def whole(said: str, key: str, place: int | None) -> str:
        group, _, name = key.partition(".")
        others = [each for each in known if each.startswith(f"{group}.") and each.endswith(f".{name}")]
        own = [group] if place is None else [f"{group}.{place}.{name}", *others]
        return next((known[each] for each in own if each in known and mask(known[each]) == said), said)

    return _with_niks(fields, given, whole)


def _with_niks(
    fields: Iterable[DeclaredField], matter: Matter, change: Callable[[str, str, int | None], str]
) -> dict[str, object]:
    """The matter with every NIK changed. `change`: from its text, its field ("waris.nik"), and its place in a group."""
    made = dict(matter)
    for each in fields:
        value = made.get(each.key)
        if each.kind == FieldKind.NIK and isinstance(value, str):
            made[each.key] = change(value, each.key, None)
        elif isinstance(value, list):
            niks = {part.key for part in each.fields if part.kind == FieldKind.NIK}
            made[each.key] = [
                {
                    name: change(str(said), f"{each.key}.{name}", place) if name in niks and said else said
                    for name, said in entry.items()
                }
                for place, entry in enumerate(value, 1)
            ]
    return made


def promise_of(standard: ServiceStandard, facts: Mapping[str, str]) -> Promise | None:
    """What is promised in this case: the first part of the promise for it alone, else the promise."""
    promise = standard.promise
    if promise is None:
        return None
    own = next((part for part in promise.parts if part.when and applies(part.when, facts)), None)
    return Promise(own.value, own.unit, own.text, own.up_to) if own else promise


def fee_of(standard: ServiceStandard, facts: Mapping[str, str], matter: Matter) -> int | None:
    """What it costs in this case in rupiah; None while only the words, or nobody, can say it."""
    if standard.fee is None:
        return None
    rates = [rate for rate in standard.fee.rates if applies(rate.when, facts)]
    if not rates:
        return standard.fee.rupiah
    counts = [Decimal(1) if rate.per is None else _number(matter.get(rate.per)) for rate in rates]
    if None in counts:
        return None
    return int(sum((_each(rate) * (count or 0) for rate, count in zip(rates, counts, strict=True)), Decimal()))


def _each(rate: Rate) -> Decimal:
    """Rupiah for one of what the rate counts."""
    return Decimal(rate.rupiah or 0) if rate.percent is None else Decimal(str(rate.percent)) / 100


def products_of(standard: ServiceStandard, facts: Mapping[str, str]) -> list[str]:
    """What the applicant gets in this case."""
    return [*standard.products, *(each.text for each in standard.products_by_case if applies(each.when, facts))]


def _tidied(field: DeclaredField, value: object) -> object:
    if field.kind != FieldKind.GROUP:
        return _text(field, value)
    if not isinstance(value, list):
        return str(value)
    known = {part.key: part for part in field.fields}
    entries = [
        {key: text for key, each in entry.items() if key in known and (text := _text(known[key], each))}
        for entry in value
        if isinstance(entry, Mapping)
    ]
    return [entry for entry in entries if entry]


def _text(field: DeclaredField | GroupField, value: object) -> str:
    typed = str(value)
    match field.kind:
        case FieldKind.LONG_TEXT:
            return typed.replace("\r\n", "\n").strip()
        case FieldKind.NIK:
            return tidy(typed)
        case FieldKind.MONEY:
            return typed_amount(typed)
        case FieldKind.DATE:
            return iso_day(plain(typed))
        case FieldKind.TIME:
            return plain(typed).replace(".", ":")
        case _:
            return plain(typed)


def _is_filled(field: DeclaredField, value: object) -> bool:
    if field.kind != FieldKind.GROUP:
        return bool(value)
    entries = value if isinstance(value, list) else []
    needed = [part.key for part in field.fields if part.required]
    return len(entries) >= field.least and all(entry.get(key) for entry in entries for key in needed)


def _is_day(value: str) -> bool:
    return written_day(value, _FIRST, _LAST) is not None


def _is_time(value: str) -> bool:
    try:
        return len(value) == 5 and time.fromisoformat(value) is not None
    except ValueError:
        return False


def _number(value: object) -> Decimal | None:
    found = _NUMBER.fullmatch(str(value)) if value is not None else None
    return Decimal(found[0].replace(",", ".")) if found else None


def _said(field: DeclaredField | GroupField, entry: Mapping[str, object], language: str) -> str:
    value = str(entry[field.key])
    chosen = next((option for option in field.options if option.key == value), None)
    if field.kind == FieldKind.MONEY and _MONEY.fullmatch(value):
        return rupiah(int(value))
    if field.kind == FieldKind.DATE and _is_day(value):
        return "-".join(reversed(value.split("-")))
    return chosen.text_in(language) if chosen else value
