"""The published service standard: the page that leads with four facts, its picture, its versions, and the same as JSON.

What the office has not filled in, its notes and its own words before they were mended are not for the public.
"""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Annotated

from babel.dates import get_day_names
from flask import Blueprint, Response, jsonify, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from pydantic import Field

from shared.domain.office import OfficeConfig, ServiceConfig
from shared.domain.queue.availability import time_of
from shared.domain.queue.speech import number_words
from shared.domain.standards.announced import in_their_cases, to_bring
from shared.domain.standards.case_words import case_words
from shared.domain.standards.diff import Difference, differences
from shared.domain.standards.facts import service_facts
from shared.domain.standards.parts import Weekday
from shared.domain.standards.standard import COMPONENTS, MANAGEMENT, PUBLISHED, ServiceStandard
from shared.late import late
from shared.store import reads
from shared.web.access.auth import store
from shared.web.answers import Answer
from shared.web.bounds import query_number
from shared.web.documents import blank_forms
from shared.web.documents.procedure_picture import procedure_picture
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.urls import paper_url
from shared.words import words

if TYPE_CHECKING:
    import segno
else:
    segno = late("segno")

blueprint = Blueprint("published", __name__)
_WEEK = tuple(Weekday)
PAPERS = ("a4", "a3")
INTERNAL = ("notes", "originals", "slug", "series", "icon", "group", "group_en")
"""Fields of a standard of which a change is no matter of the public."""


Pairs = Annotated[
    list[list[str]], Field(description="pairs of a question or choice and an answer, by key; empty: in every case")
]


class PublishedRequirement(Answer):
    key: str
    text: str
    text_en: str | None
    optional: bool
    when: Pairs
    words: str = Field(description="as a visitor reads it: with its case, and the form in which it is wanted")
    original: str | None = Field(description="shown, returned or kept: what happens to the original")
    copies: int = Field(description="photocopies that are taken in")
    stamp_duty: bool = Field(description="it bears a meterai")
    choices: list[str] = Field(description="one of these is enough; empty: only the paper itself")


class PublishedStep(Answer):
    number: int
    role: str
    who: str | None = Field(description="who does it in the office's own words")
    title: str
    title_en: str | None
    text: str | None
    when: Pairs
    elsewhere: str | None = Field(description="the other house that has the file meanwhile")
    norm_minutes: int | None
    norm_days: int | None = Field(description="working days of the other house")
    needs_applicant: bool


class PublishedProduct(Answer):
    text: str
    text_en: str | None
    when: Pairs


class PublishedChannel(Answer):
    kind: str
    label: str
    value: str | None
    link: str | None


class PublishedTime(Answer):
    text: str
    value: int | None
    unit: str | None


class PublishedFee(Answer):
    text: str
    rupiah: int | None = Field(description="0 is free of charge, null: only the words say it")


class PublishedStandard(Answer):
    """The 14 components; what the office has not filled in is null or empty."""

    office: str
    service: str
    name: str
    name_en: str | None
    title: str | None
    decree_number: str | None
    decree_on: date | None
    category: str | None
    version: int
    page: str
    criteria: list[str]
    requirements: list[PublishedRequirement]
    steps: list[PublishedStep]
    promise: PublishedTime | None
    fee: PublishedFee | None
    products: list[str] = Field(description="those of some cases only among them, with their case in words")
    products_by_case: list[PublishedProduct]
    online: str | None = Field(description="where it is had or registered online")
    online_only: bool
    hours: list[str] = Field(description="of this service alone; empty: those of the office")
    complaint: list[PublishedChannel]
    legal_basis: list[str]
    facilities: list[str]
    competence: str | None
    supervision: str | None
    staff_count: int | None
    guarantee: str | None
    safety: str | None
    evaluation: list[str]


@blueprint.get("/<office>/standard/<slug>")
@described(PublishedStandard)
def standard(slug: str) -> ResponseReturnValue:
    """The standard; `?paper=a4` or `a3`: whole, for the notice board."""
    office, service = office_config(), office_config().service(slug)
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        return jsonify(as_answer(office, service).model_dump(mode="json"))
    paper = request.args.get("paper", "")
    known = service.standard
    return render_template(
        "standard.html",
        office=office,
        service=known,
        facts=service_facts(known, words(language())),
        channels=office.channels(service),
        parts=[("delivery", _filled(office, service, PUBLISHED)), ("management", _filled(office, service, MANAGEMENT))],
        numbers={key: number for number, key in enumerate(COMPONENTS, 1)},
        staff=number_words(known.staff_count, language()) if known.staff_count and known.staff_count < 10_000 else "",
        picture=picture(known),
        bring=in_their_cases(known, asked=True),
        case_of=lambda each: case_words(known, each.when, "", language()),
        to_bring=to_bring,
        say=words(language()),
        hours=_hours(known),
        forms=blank_forms.known(office.slug, known),
        qr=_qr(slug),
        address=re.sub("^https?://", "", paper_url(url_for("published.standard", slug=slug))),
        version=_number(service),
        paper=paper if paper in PAPERS else "",
        decree_on=words(language()).day(known.decree_on) if known.decree_on else "",
        linked=linked,
    )


@blueprint.get("/<office>/standard/<slug>/procedure.svg")
def procedure(slug: str) -> Response:
    """The drawn procedure by itself; `?columns=2` for a wide place."""
    columns = query_number("columns", 1, 4) or 1
    drawn = picture(office_config().service(slug).standard, columns)
    return Response(drawn, content_type="image/svg+xml; charset=utf-8")


@blueprint.get("/<office>/standard/<slug>/forms/<key>.pdf")
def form(slug: str, key: str) -> Response:
    """A blank form that the office brought, to be printed."""
    path = blank_forms.find(office_config().slug, office_config().service(slug).standard, key)
    return send_file(path, "application/pdf", max_age=0)


@blueprint.get("/<office>/standard/<slug>/qr.svg")
def qr(slug: str) -> Response:
    """The address of the page, dark on white with its quiet zone."""
    return Response(_qr(office_config().service(slug).slug), content_type="image/svg+xml; charset=utf-8")


@blueprint.get("/<office>/standard/<slug>/changes")
def changes(slug: str) -> str:
    """What changed from version to version, the newest first."""
    service = office_config().service(slug)
    with store().read() as connection:
        rows = reads.standard_versions(connection, service.id)
    listed: list[tuple[int, str, list[Difference] | None]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        found = None if before is None else differences(before.body, row.body)
        public = None if found is None else [each for each in found if each.field not in INTERNAL]
        made = words(language()).day(row.made_at.astimezone(office_config().zone).date())
        if public is None or public:
            listed.append((row.number, made, public))
    return render_template(
        "standard_changes.html", office=office_config(), service=service.standard, versions=listed[::-1]
    )


def picture(service: ServiceStandard, columns: int = 1) -> Markup:
    return procedure_picture(service.steps, service.name_in(language()), gettext, language(), columns)


def linked(text: str) -> Markup:
    """The text with its web addresses as links."""
    parts = re.split(r"(https?://[^\s)]+[^\s).,;])", text)
    link = Markup('<a href="{0}">{0}</a>')
    return Markup("").join(link.format(part) if place % 2 else part for place, part in enumerate(parts))


def as_answer(office: OfficeConfig, service: ServiceConfig) -> PublishedStandard:
    known = service.standard
    said = {name: getattr(known, name) for name in PublishedStandard.model_fields if hasattr(known, name)}
    said["criteria"] = [each.text for each in known.criteria]
    said["requirements"] = [
        _named(each, "key", "text", "text_en", "optional", "when", "original", "copies", "stamp_duty")
        | {"words": to_bring(worded, words()), "choices": [one.text for one in each.choices]}
        for each, worded in zip(known.requirements, in_their_cases(known, asked=True), strict=True)
    ]
    said["steps"] = [
        _named(each, "who", "title", "title_en", "text", "when", "elsewhere", "norm_minutes", "norm_days")
        | {"number": number, "role": gettext(f"role.{each.role}"), "needs_applicant": each.needs_applicant}
        for number, each in enumerate(known.steps, 1)
    ]
    said["products_by_case"] = [_named(each, "text", "text_en", "when") for each in known.products_by_case]
    promise, fee = known.promise, known.fee
    said["complaint"] = [
        {
            "kind": each.kind,
            "label": each.label or gettext(f"complaint_channel.{each.kind}"),
            "value": each.value,
            "link": each.link,
        }
        for each in office.channels(service)
    ]
    facts = service_facts(known, words())
    said["promise"] = promise and {"text": facts.time, "value": promise.value, "unit": promise.unit}
    said["fee"] = fee and {"text": facts.fee, "rupiah": fee.rupiah}
    said["products"] = list(facts.products)
    said |= {"online": known.online and known.online.address, "hours": _hours(known)}
    said["online_only"] = known.online is not None and known.online.only
    page = url_for("published.standard", slug=known.slug, _external=True)
    return PublishedStandard.model_validate(
        {**said, "office": office.name, "service": known.slug, "version": _number(service), "page": page}
    )


def _named(part: object, *names: str) -> dict[str, object]:
    return {name: getattr(part, name) for name in names}


def _filled(office: OfficeConfig, service: ServiceConfig, keys: tuple[str, ...]) -> list[str]:
    """Those of the components that have something to say."""
    empty = (None, (), "")
    known = service.standard
    besides = {
        "complaint": office.channels(service),
        "products": (*known.products, *known.products_by_case),
    }
    return [key for key in keys if besides.get(key, getattr(known, key)) not in empty]


def _hours(service: ServiceStandard) -> list[str]:
    """ "Selasa, Kamis: 08.00–11.00"; empty when it is given in all hours of the office."""
    names, clock = get_day_names("wide", locale=language()), words(language()).clock
    days = [(", ".join(names[_WEEK.index(day)] for day in each.days), each) for each in service.hours]
    return [f"{on}: {clock(time_of(each.opens))}–{clock(time_of(each.closes))}" for on, each in days]


def _number(service: ServiceConfig) -> int:
    with store().read() as connection:
        return reads.standard_number(connection, service.standard_id)


def _qr(slug: str) -> Markup:
    drawn = BytesIO()
    code = segno.make(paper_url(url_for("published.standard", slug=slug)), error="m", micro=False)
    code.save(
        drawn,
        kind="svg",
        border=4,
        light="white",
        xmldecl=False,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        svgns=True,
    )
    return Markup(drawn.getvalue().decode())
