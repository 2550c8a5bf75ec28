"""What a service standard must mean to be workable: each fault is a `Problem` whose path is that of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from shared.domain.channel import WALKED_TO, Channel
from shared.domain.numbering import SERIES
from shared.domain.problem import Problem, under
from shared.domain.region import REGION_CODE
from shared.domain.standards.cases import case_problems, known_at, promise_problems
from shared.domain.standards.parts import Online
from shared.domain.standards.rules import exclude_each_other, keys_problems, listed, not_one_of, taken, when_problems
from shared.domain.standards.standard import (
    CHIEFS,
    COMPONENTS,
    SHORT_NAME_LENGTH,
    Collects,
    OfficeStandard,
    Role,
    ServiceStandard,
    Step,
)

TIMEZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERIES = re.compile(SERIES)
_INSTAGRAM = re.compile(r"@?[A-Za-z0-9._]{1,30}")

_COLLECTED_BY = {Collects.DOCUMENTS: Role.LOKET, Collects.RECEIVER: Role.LOKET, Collects.RECAP: Role.KASI}
"""As the moves of a file are: the loket accepts and hands over, the section head makes the recap."""

_WITH_APPLICANT = (Collects.DOCUMENTS, Collects.LOGIN, Collects.CONFIRMATION, Collects.RECEIVER)
_ONCE = (Collects.DOCUMENTS, Collects.CONFIRMATION, Collects.PRODUCT, Collects.RECEIVER, Collects.RECAP)
_MAY_RETURN = (Role.LOKET, Role.KASI, *CHIEFS)

_BEFORE = (
    (Collects.ACCOUNT, Collects.LOGIN),
    (Collects.ENTRY, Collects.CONFIRMATION),
    (Collects.CONFIRMATION, Collects.PRODUCT),
    (Collects.PRODUCT, Collects.RECEIVER),
    (Collects.RECEIVER, Collects.RECAP),
)
"""What comes no later than what, in a procedure that collects both."""

_NOT_BEHIND = {*_WITH_APPLICANT, Collects.ACCOUNT, Collects.BILL, Collects.PAYMENT, Collects.PRODUCT}
"""What cannot come behind the hand-over or the recap: the applicant has gone with what they came for."""


def problems(standard: OfficeStandard) -> list[Problem]:
    """Every fault of an office's standard; an empty list means that the office can work by it."""
    found = [*_texts(standard), *_office(standard)]
    for place, service in enumerate(standard.services):
        found += under(("services", place), service_problems(service))
    return [*found, *taken_twice(standard.services)]


def taken_twice(services: Sequence[ServiceStandard], names: Sequence[str] = ("slug", "series")) -> list[Problem]:
    """Addresses and letters that two services of one office have."""
    return [each for name in names for each in taken("services", name, [getattr(s, name) for s in services])]


def service_problems(service: ServiceStandard) -> list[Problem]:
    """Every fault of one service by itself."""
    return [
        *_texts(service),
        *_service(service),
        *_components(service),
        *_questions(service),
        *_requirements(service),
        *_steps(service),
        *_order(service),
        *case_problems(service),
    ]


def _texts(part: object) -> Iterator[Problem]:
    """Texts that say nothing, or would command a printer, at every depth but that of another service."""
    assert is_dataclass(part)
    for field in fields(part):
        value = getattr(part, field.name)
        values = value if isinstance(value, tuple) else (value,)
        texts = [each for each in values if isinstance(each, str)]
        if not all(text.strip() for text in texts) and not (isinstance(part, Online) and field.name == "text"):
            yield Problem((field.name,), "missing")
        if any(_CONTROL.search(text) for text in texts):
            yield Problem((field.name,), "control")
        if is_dataclass(value):
            yield from under((field.name,), _texts(value))
        for place, each in enumerate(value if isinstance(value, tuple) else ()):
            if is_dataclass(each) and not isinstance(each, ServiceStandard):
                yield from under((field.name, place), _texts(each))


def _office(standard: OfficeStandard) -> Iterator[Problem]:
    yield from _spelling(standard.slug)
    if not REGION_CODE.fullmatch(standard.region_code):
        yield Problem(("region_code",), "region_code")
    if standard.timezone not in TIMEZONES:
        yield not_one_of(("timezone",), standard.timezone, TIMEZONES)
    yield from _channels(standard.complaint)
    if not standard.services:
        yield Problem(("services",), "no_services")


def _service(service: ServiceStandard) -> Iterator[Problem]:
    yield from _spelling(service.slug)
    if not _SERIES.fullmatch(service.series):
        yield Problem(("series",), "letter")
    if len(service.short_name) > SHORT_NAME_LENGTH:
        yield Problem(("short_name",), "too_long", {"max_length": SHORT_NAME_LENGTH})
    yield from _icon(service.icon)


def _components(service: ServiceStandard) -> Iterator[Problem]:
    yield from promise_problems(service)
    if service.fee and (service.fee.rupiah or 0) < 0:
        yield Problem(("fee", "rupiah"), "at_least", {"ge": 0})
    if service.staff_count is not None and service.staff_count < 1:
        yield Problem(("staff_count",), "at_least", {"ge": 1})
    yield from _channels(service.complaint)
    for place, each in enumerate(service.originals):
        if each.component not in COMPONENTS:
            yield not_one_of(("originals", place, "component"), each.component, COMPONENTS)


def _channels(channels: Sequence[Channel]) -> Iterator[Problem]:
    for place, each in enumerate(channels):
        here = ("complaint", place, "value")
        if each.value is None and each.kind not in WALKED_TO:
            yield Problem(here, "missing")
        elif each.label == "Instagram" and not _INSTAGRAM.fullmatch(each.value or ""):
            yield Problem(here, "instagram", {"value": each.value or ""})


def _questions(service: ServiceStandard) -> Iterator[Problem]:
    yield from keys_problems("questions", [each.key for each in service.questions])
    for place, question in enumerate(service.questions):
        here = ("questions", place)
        if len(question.options) < 2:
            yield Problem((*here, "options"), "two_options")
        yield from under(here, keys_problems("options", [each.key for each in question.options]))
        before = {each.key: [option.key for option in each.options] for each in service.questions[:place]}
        yield from under(here, when_problems(question.when, before))


def _requirements(service: ServiceStandard) -> Iterator[Problem]:
    yield from keys_problems("requirements", [each.key for each in service.requirements])
    for place, requirement in enumerate(service.requirements):
        here = ("requirements", place)
        yield from under(here, _icon(requirement.icon))
        yield from under(here, when_problems(requirement.when, known_at(service, len(service.steps))))


def _steps(service: ServiceStandard) -> Iterator[Problem]:
    if not service.steps and not service.queue_only:
        yield Problem(("steps",), "no_steps")
    yield from keys_problems("steps", [each.key for each in service.steps])
    for place, step in enumerate(service.steps):
        yield from under(("steps", place), [*_actor(step, place), *_presence(step), *_ways_back(service.steps, place)])


def _actor(step: Step, place: int) -> Iterator[Problem]:
    if step.key == Role.APPLICANT:
        yield Problem(("key",), "key_is_applicant")
    if step.role is Role.ADMIN:
        yield Problem(("role",), "role_has_no_steps", {"role": step.role})
    if step.role is Role.APPLICANT and place > 0:
        yield Problem(("role",), "applicant_only_first")
    if step.role is Role.APPLICANT and (step.collects or step.may_send_back_to):
        yield Problem(("role",), "applicant_does_nothing")
    for thing, role in _COLLECTED_BY.items():
        if thing in step.collects and step.role not in (role, Role.APPLICANT):
            yield Problem(("collects",), "collected_by", {"collects": thing, "role": role})
    if step.norm_minutes is not None and step.norm_minutes < 1:
        yield Problem(("norm_minutes",), "at_least", {"ge": 1})


def _presence(step: Step) -> Iterator[Problem]:
    if step.silent and step.needs_applicant:
        yield Problem(("silent",), "silent_with_applicant")
    for thing in _WITH_APPLICANT:
        if thing in step.collects and not step.needs_applicant:
            yield Problem(("needs_applicant",), "needs_applicant", {"collects": thing})


def _ways_back(steps: tuple[Step, ...], place: int) -> Iterator[Problem]:
    step, known = steps[place], {each.key for each in steps}
    earlier = {each.key: each for each in steps[:place]}
    for target in step.may_send_back_to:
        at, facts = ("may_send_back_to",), {"value": target, "allowed": listed(earlier)}
        if target == Role.APPLICANT:
            if step.role not in _MAY_RETURN and step.role is not Role.APPLICANT:
                yield Problem(at, "may_not_return", {"allowed": listed(_MAY_RETURN)})
        elif target not in known:
            yield Problem(at, "unknown_step", facts)
        elif target not in earlier:
            yield Problem(at, "only_back", facts)
        elif earlier[target].role is Role.APPLICANT:
            yield Problem(at, "back_to_applicant", {"value": target})


def _order(service: ServiceStandard) -> Iterator[Problem]:
    """What is collected where; steps are counted from 1 in `facts`."""
    steps = list(enumerate(service.steps))
    officers = [(place, step) for place, step in steps if step.role is not Role.APPLICANT]
    if steps and not officers:
        yield Problem(("steps",), "no_officer_step")
    if officers and officers[0][1].role is not Role.LOKET:
        yield Problem(("steps", officers[0][0], "role"), "first_not_loket", {"role": Role.LOKET})
    at = {thing: [place for place, step in steps if thing in step.collects] for thing in Collects}
    for thing in _ONCE:
        for number, place in enumerate(at[thing]):
            both = [at for at in at[thing][:number] if not _is_branch(service.steps[at], service.steps[place])]
            if both:
                yield Problem(("steps", place, "collects"), "only_once", {"collects": thing, "step": both[0] + 1})
    for first, later in _BEFORE:
        if at[first] and at[later] and at[first][0] > at[later][0]:
            facts: dict[str, str | int] = {"collects": later, "first": first, "step": at[first][0] + 1}
            yield Problem(("steps", at[later][0], "collects"), "too_early", facts)
    documents = at[Collects.DOCUMENTS][:1]
    if officers and documents and documents[0] > officers[0][0]:
        yield Problem(("steps", documents[0], "collects"), "documents_late", {"step": officers[0][0] + 1})
    end = min(at[Collects.RECEIVER] + at[Collects.RECAP], default=len(steps))
    for place, step in steps[end + 1 :]:
        is_ours = step.role is not Role.APPLICANT and not step.needs_applicant and step.elsewhere is None
        if not (is_ours and _NOT_BEHIND.isdisjoint(step.collects)) and not _is_branch(service.steps[end], step):
            yield Problem(("steps", place), "after_receiver")


def _is_branch(one: Step, other: Step) -> bool:
    """Whether no file goes through both."""
    return exclude_each_other(one.when, other.when)


def _spelling(slug: str) -> Iterator[Problem]:
    if slug.strip() and not _SLUG.fullmatch(slug):
        yield Problem(("slug",), "slug", {"value": slug})


def _icon(icon: str) -> Iterator[Problem]:
    if icon.strip() and not _ICON.fullmatch(icon):
        yield Problem(("icon",), "icon", {"value": icon})
