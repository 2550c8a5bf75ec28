"""What the parts of a standard that differ by case must mean: declared fields, conditional steps, promise and fee."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shared.domain.files.matter import MOST_ENTRIES
from shared.domain.problem import Problem, under
from shared.domain.standards.parts import DeclaredField, FieldKind, GroupField, Promise, PromisePart, Rate
from shared.domain.standards.rules import keys_problems, not_one_of, when_problems
from shared.domain.standards.standard import APPLICANT_FIELDS, OFFICE_ROLES, Role, ServiceStandard, Step

_TIME = re.compile(r"([01][0-9]|2[0-3])[:.][0-5][0-9]")
_COUNTED = (FieldKind.NUMBER, FieldKind.MONEY)


def case_problems(service: ServiceStandard) -> list[Problem]:
    """Every fault of these parts."""
    return [
        *_applicant(service),
        *_fields(service),
        *_steps(service),
        *_fee(service),
        *_hours(service),
    ]


def known_at(service: ServiceStandard, step: int) -> dict[str, list[str]]:
    """What a `when` of the step at this place may name: all questions, and the choices made at earlier steps.

    For papers, products, rates and promise that is everything: step is the number of all steps then.
    """
    known = {each.key: [option.key for option in each.options] for each in service.questions}
    places = {each.key: place for place, each in enumerate(service.steps)}
    for each in service.fields:
        if each.kind == FieldKind.CHOICE and places.get(each.at or "", -1) < step:
            known[each.key] = [option.key for option in each.options]
    return known


def _applicant(service: ServiceStandard) -> Iterator[Problem]:
    for name in ("applicant", "applicant_required"):
        for place, value in enumerate(getattr(service, name)):
            if value not in APPLICANT_FIELDS:
                yield not_one_of((name, place), value, APPLICANT_FIELDS)


def _fields(service: ServiceStandard) -> Iterator[Problem]:
    yield from keys_problems("fields", [each.key for each in service.fields])
    questions = {each.key for each in service.questions}
    steps = [each.key for each in service.steps if each.role is not Role.APPLICANT]
    for place, each in enumerate(service.fields):
        here = ("fields", place)
        if each.key in questions:
            yield Problem((*here, "key"), "key_of_question", {"value": each.key})
        if each.at is not None and each.at not in steps:
            yield not_one_of((*here, "at"), each.at, steps)
        at = service.steps.index(next(s for s in service.steps if s.key == each.at)) if each.at in steps else 0
        yield from under(here, when_problems(each.when, known_at(service, at + 1)))
        yield from under(here, _filling(each))


def _filling(each: DeclaredField) -> Iterator[Problem]:
    if each.kind == FieldKind.GROUP:
        yield from keys_problems("fields", [part.key for part in each.fields])
        if not each.fields:
            yield Problem(("fields",), "missing")
        if not 0 <= each.least <= each.most:
            yield Problem(("least",), "at_most", {"le": each.most})
        if each.most > MOST_ENTRIES:
            yield Problem(("most",), "at_most", {"le": MOST_ENTRIES})
        for place, part in enumerate(each.fields):
            if part.kind == FieldKind.GROUP:
                simple = [kind.value for kind in FieldKind if kind != FieldKind.GROUP]
                yield not_one_of(("fields", place, "kind"), part.kind, simple)
            yield from under(("fields", place), _options(part))
    elif each.fields:
        yield not_one_of(("kind",), each.kind, [FieldKind.GROUP])
    else:
        yield from _options(each)


def _options(each: DeclaredField | GroupField) -> Iterator[Problem]:
    yield from keys_problems("options", [option.key for option in each.options])
    if each.kind == FieldKind.CHOICE and len(each.options) < 2:
        yield Problem(("options",), "two_options")


def _steps(service: ServiceStandard) -> Iterator[Problem]:
    officers = [place for place, each in enumerate(service.steps) if each.role is not Role.APPLICANT]
    for place, step in enumerate(service.steps):
        here = ("steps", place)
        yield from under(here, _who(step))
        if step.when and place in officers[:1]:
            yield Problem((*here, "when"), "first_is_conditional")
        later = {each.key for each in service.fields if each.kind == FieldKind.CHOICE} - known_at(service, place).keys()
        for name in dict.fromkeys(name for name, _ in step.when if name in later):
            yield Problem((*here, "when"), "when_later", {"value": name})
        told = tuple(pair for pair in step.when if pair[0] not in later)
        yield from under(here, when_problems(told, known_at(service, place)))


def _who(step: Step) -> Iterator[Problem]:
    roles = [role for role in OFFICE_ROLES if role != Role.ADMIN]
    if step.role == Role.KABUPATEN:
        yield not_one_of(("role",), step.role, [Role.APPLICANT, *OFFICE_ROLES])
    for place, role in enumerate(step.also_roles):
        if role not in roles:
            yield not_one_of(("also_roles", place), role, roles)
    if step.on_behalf_of is not None and step.on_behalf_of not in roles:
        yield not_one_of(("on_behalf_of",), step.on_behalf_of, roles)
    if step.elsewhere is not None and step.needs_applicant:
        yield Problem(("needs_applicant",), "elsewhere_with_applicant")
    if step.norm_days is not None and step.norm_days < 1:
        yield Problem(("norm_days",), "at_least", {"ge": 1})


def promise_problems(service: ServiceStandard) -> Iterator[Problem]:
    if service.promise is None:
        return
    yield from under(("promise",), _time(service.promise))
    for place, part in enumerate(service.promise.parts):
        here = ("promise", "parts", place)
        yield from under(here, [*_time(part), *when_problems(part.when, known_at(service, len(service.steps)))])


def _time(promise: Promise | PromisePart) -> Iterator[Problem]:
    if promise.value is not None and promise.value < 1:
        yield Problem(("value",), "at_least", {"ge": 1})
    if promise.value is not None and promise.unit is None:
        yield Problem(("unit",), "missing")
    if promise.unit is not None and promise.value is None:
        yield Problem(("value",), "missing")
    if promise.up_to is not None and promise.up_to <= (promise.value or 0):
        yield Problem(("up_to",), "at_least", {"ge": (promise.value or 0) + 1})


def _fee(service: ServiceStandard) -> Iterator[Problem]:
    everything = known_at(service, len(service.steps))
    counted = [each.key for each in service.fields if each.kind in _COUNTED]
    for place, rate in enumerate(service.fee.rates if service.fee else ()):
        here = ("fee", "rates", place)
        if rate.percent is None and rate.rupiah is None:
            yield Problem((*here, "rupiah"), "missing")
        if (rate.rupiah or 0) < 0:
            yield Problem((*here, "rupiah"), "at_least", {"ge": 0})
        if rate.percent is not None:
            yield from under(here, _percent(rate, service))
        if rate.per is not None and rate.per not in counted:
            yield not_one_of((*here, "per"), rate.per, counted)
        yield from under(here, when_problems(rate.when, everything))
    for place, product in enumerate(service.products_by_case):
        yield from under(("products_by_case", place), when_problems(product.when, everything))
    for place, requirement in enumerate(service.requirements):
        paper = ("requirements", place)
        if not 0 <= requirement.copies <= 99:
            yield Problem((*paper, "copies"), "at_most", {"le": 99})
        yield from under(paper, keys_problems("choices", [choice.key for choice in requirement.choices]))
        if len(requirement.choices) == 1:
            yield Problem((*paper, "choices"), "two_options")


def _percent(rate: Rate, service: ServiceStandard) -> Iterator[Problem]:
    """A share is of a sum of money, and stands for the rupiah."""
    sums = [each.key for each in service.fields if each.kind == FieldKind.MONEY]
    if rate.rupiah is not None:
        yield Problem(("rupiah",), "beside_percent")
    if not 0 <= (rate.percent or 0) <= 100:
        yield Problem(("percent",), "at_most", {"le": 100})
    if rate.per not in sums:
        yield Problem(("per",), "missing") if rate.per is None else not_one_of(("per",), rate.per, sums)


def _hours(service: ServiceStandard) -> Iterator[Problem]:
    for place, each in enumerate(service.hours):
        clock: Sequence[tuple[str, str]] = (("opens", each.opens), ("closes", each.closes))
        wrong = [name for name, value in clock if not _TIME.fullmatch(value)]
        yield from (Problem(("hours", place, name), "time") for name in wrong)
        if not wrong and each.opens.replace(".", ":") >= each.closes.replace(".", ":"):
            yield Problem(("hours", place, "closes"), "hours_order")
        if not each.days:
            yield Problem(("hours", place, "days"), "missing")
