"""Setup: the standard editor; the 14 components of one service, its versions, a preview, and TOML in and out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias

import tomli_w
from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from counter.setup.page import change_rows, clashing, merged, page, refused, setup_page
from counter.setup.preview import facts, slip
from counter.setup.standard_fields import Editable, label, section_of, sections
from counter.setup.standard_form import name_keys, prune, service_of
from shared.domain.errors import Invalid
from shared.domain.merge import Json
from shared.domain.office import ServiceConfig
from shared.domain.problem import Problem
from shared.domain.standards.diff import Difference, differences
from shared.domain.standards.standard import COMPONENTS, Role, ServiceStandard, unfilled
from shared.domain.standards.table import from_table
from shared.domain.standards.warnings import warnings
from shared.engine.setup import standard as engine
from shared.engine.setup.office import note_file
from shared.standards import InvalidStandard, read, service_to_json
from shared.standards.shape import to_form
from shared.store.tables import StandardVersion
from shared.web.access.auth import store
from shared.web.bounds import number
from shared.web.clicks import change
from shared.web.documents import blank_forms
from shared.web.forms import Shown, Table, Value, file, is_pressed, pressed, problems_of, typed
from shared.web.screen import office_config, sentence
from shared.web.server.limits import takes_files
from shared.web.told import told, told_on_page
from shared.words import words

# fmt: off
ICONS = (
    "file-text", "file-check", "file-badge", "file-signature", "file-plus", "files", "clipboard-list",
    "clipboard-check", "id-card", "contact", "user", "users", "baby", "heart", "heart-handshake",
    "house", "map-pin", "truck", "store", "shopping-bag", "briefcase", "building-2", "landmark", "stamp",
    "scroll-text", "book-open", "camera", "image", "mail", "phone", "smartphone", "megaphone", "music",
    "party-popper", "shield", "scale", "banknote", "receipt", "hand-coins", "graduation-cap",
    "stethoscope", "accessibility", "sprout", "trees", "copy", "pen-line", "fingerprint",
)
# fmt: on
"""Pictures offered for services and requirements: names of lucide."""


Body: TypeAlias = "dict[str, Json]"
"""A version as it is kept."""


@setup_page("/services/<slug>/standard")
def standard(slug: str) -> ResponseReturnValue:
    service = engine.find_service(office_config().services, slug)
    newest = _number(service)
    if request.method == "GET":
        return _page(service, Shown({**_typed_from(service.standard), "base": newest}), service.standard)
    sent = {**typed(), "base": pressed("base")}
    prune(sent)
    name_keys(sent)
    if change_rows(sent):
        return _page(service, Shown(sent), service.standard)
    try:
        wanted = service_of(sent, service.slug, service.series)
        if is_pressed("_preview"):
            return _page(service, Shown(sent), wanted)
        table, base = service_to_json(wanted), number(pressed("base"), "base") if pressed("base") else None
        began = _body(service, base) if base is not None and base != newest else None
        if began is not None:
            table, clashes = merged(began, table, service_to_json(service.standard))
            if clashes:
                both = from_table(table)
                return _page(service, clashing({**_typed_from(both), "base": newest}, clashes, ""), both, 409)
        saved = change(engine.save_standard, slug, table, base if began is None else newest)
    except Invalid as error:
        return _page(service, _refused(error, sent), service.standard, 400)
    return redirect(url_for("setup.standard", slug=slug, saved=saved.number), 303)


@setup_page("/services/<slug>/form", methods=["POST"])
@takes_files(blank_forms.LARGEST_MB * 10**6 + 100_000)
def blank_form(slug: str) -> ResponseReturnValue:
    """Takes a blank form for a requirement, or takes it away."""
    service = engine.find_service(office_config().services, slug)
    wanted, chosen = pressed("requirement"), file("form")
    try:
        if is_pressed("remove"):
            wanted = pressed("remove")
            blank_forms.remove(office_config().slug, service.standard, wanted)
        elif chosen is None:
            raise Invalid("file_missing", fields=["form"])
        else:
            blank_forms.keep(office_config().slug, service.standard, wanted, chosen.read())
    except Invalid as error:
        shown = Shown({**_typed_from(service.standard), "base": _number(service)}, {}, sentence(error))
        return _page(service, shown, service.standard, error.status)
    change(note_file, "form_removed" if is_pressed("remove") else "form", {"service": slug, "requirement": wanted})
    return redirect(url_for("setup.standard", slug=slug, saved=1) + "#part-forms", 303)


@setup_page("/services/<slug>/versions", methods=["GET"])
def versions(slug: str) -> ResponseReturnValue:
    """Every version with what changed, the newest first."""
    service = engine.find_service(office_config().services, slug)
    return page("services", "versions", service=service, versions=_versions(service))


@setup_page("/services/<slug>/standard.toml", methods=["GET"])
def export(slug: str) -> Response:
    """The newest version as a file that another office can read."""
    service = engine.find_service(office_config().services, slug)
    answer = Response(tomli_w.dumps(service_to_json(service.standard)), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{office_config().slug}-{slug}.toml"'
    return answer


@setup_page("/services/<slug>/import", methods=["POST"])
def import_file(slug: str) -> ResponseReturnValue:
    """Reads a file of one service, or the same service of an office's file, as a new version."""
    service = engine.find_service(office_config().services, slug)
    chosen = file("file")
    try:
        if chosen is None:
            raise Invalid("file_missing", fields=["file"])
        saved = change(engine.save_standard, slug, _table_of(chosen.read(), slug))
    except Invalid as error:
        shown = refused(error, {})
        shown.places = told(problems_of(error), gettext)
        return page("services", "versions", shown, 400, service=service, versions=_versions(service))
    return redirect(url_for("setup.standard", slug=slug, saved=saved.number), 303)


def _table_of(content: bytes, slug: str) -> Mapping[str, object]:
    """The service in the file: the file's own, or that of this address in the file of an office."""
    table = read(content)
    services = table.get("services")
    if not isinstance(services, list):
        return table
    found = {each["slug"]: each for each in services if isinstance(each, dict) and isinstance(each.get("slug"), str)}
    if slug not in found:
        raise InvalidStandard([Problem((), "no_such_service", {"value": slug, "allowed": ", ".join(found)})])
    return found[slug]


# --- the page ---


def _page(service: ServiceConfig, shown: Shown, previewed: ServiceStandard, status: int = 200) -> ResponseReturnValue:
    missing = unfilled(service.standard, office_config().own_channels)
    return page(
        "services",
        "standard",
        shown,
        status,
        service=service,
        v=shown.values,
        missing=missing,
        components=COMPONENTS,
        sections=sections(),
        counted=[key for key, found in sections().items() if any(e.is_required or e.name in COMPONENTS for e in found)],
        wrong={key: any(shown.within(each.name) for each in found) for key, found in sections().items()},
        open=_open(shown, missing),
        answers=_answers(shown.values),
        options=partial(_options, shown.values),
        fresh=_fresh,
        pictures=list(ICONS),
        picture_words=_picture_words,
        blank_forms=blank_forms.known(office_config().slug, service.standard),
        requirement_names=[(each.key, each.text) for each in service.standard.requirements],
        preview=previewed,
        warnings=told_on_page(warnings(service.standard), gettext, label) if request.method == "GET" else [],
        slip=slip(previewed, service.series),
        facts=facts(previewed),
        number=_number(service),
    )


def _open(shown: Shown, missing: Sequence[str]) -> str:
    """The section that is unfolded: of the first fault, of the row that just came or went, or what is not filled in."""
    wrong = next((str(path[0]) for path in shown.errors if path), None)
    row = re.match(r"[a-z]+:([a-z_]+)", pressed())
    first = wrong or (row[1] if row else None) or next(iter(missing), "name")
    return section_of(first)


def _answers(values: Table) -> list[tuple[str, str]]:
    """Every answer on which something may depend: of the questions, and of the fields with a choice."""
    rows = [row for name in ("questions", "fields") for row in _rows_in(values, name)]
    return [
        (f"{row['key']}={option['key']}", f"{row.get('text') or ''} {option.get('text') or ''}")
        for row in rows
        for option in _rows_in(row, "options")
        if row.get("key") and option.get("key")
    ]


def _options(values: Table, field: Editable, place: int | str | None, value: Value) -> list[tuple[str, str]]:
    """What a list of the page offers; what stands there already is always among it."""
    steps = _rows_in(values, "steps")
    match field.source:
        case "earlier":
            before = steps[:place] if isinstance(place, int) else []
            officers = [row for row in before if row.get("role") != Role.APPLICANT]
            found = [(Role.APPLICANT.value, gettext("the applicant")), *_titled(officers, "title")]
        case "steps":
            found = _titled([row for row in steps if row.get("role") != Role.APPLICANT], "title")
        case "numbers":
            found = _titled([row for row in _rows_in(values, "fields") if row.get("kind") in NUMBERS], "text")
        case "letter_series":
            found = [(each.key, each.title) for each in office_config().settings.letter_series]
        case _:
            found = [(each, gettext(f"{field.family}.{each}")) for each in field.choices]
    chosen = value if isinstance(value, list) else [value]
    found += [(each, each) for each in chosen if isinstance(each, str) and each and each not in dict(found)]
    return [("", gettext("not filled in")), *found] if field.widget == "choice" and field.may_be_none else found


NUMBERS = ("number", "money")
"""Kinds of declared fields of which so and so many can be paid for."""


def _titled(rows: Sequence[dict[str, Value]], name: str) -> list[tuple[str, str]]:
    return [(str(row["key"]), str(row.get(name) or row["key"])) for row in rows if row.get("key")]


def _fresh(field: Editable) -> Table:
    """What a new row begins with."""
    row: Table = {each.name: each.usual for each in field.fields if each.usual is not None}
    return {**row, **{each.name: [{}, {}] for each in field.fields if each.words == "question.options"}}


def _rows_in(table: Table, name: str) -> list[dict[str, Value]]:
    rows = table.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _picture_words(name: str) -> str:
    words = gettext(f"picture.{name}")
    return name if words == f"picture.{name}" else words


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the page lists it: what changed in it, and what is not filled in."""

    number: int
    at: str
    changed: list[Difference]
    missing: tuple[str, ...]


def _saved(service: ServiceConfig) -> list[tuple[int, datetime, Body]]:
    """Number, time and content of every version, the oldest first."""
    columns = StandardVersion.number, StandardVersion.made_at, StandardVersion.body
    mine = StandardVersion.service_id == service.id, StandardVersion.office_id == g.office_id
    with store().read() as connection:
        rows = connection.execute(select(*columns).where(*mine).order_by(StandardVersion.number)).all()
    return [(row.number, row.made_at, row.body) for row in rows]


def _body(service: ServiceConfig, number: int) -> Table | None:
    """The version with that number as a table; None when there was none."""
    return next((dict(body) for saved, _, body in _saved(service) if saved == number), None)


def _number(service: ServiceConfig) -> int:
    with store().read() as connection:
        query = select(StandardVersion.number).where(StandardVersion.id == service.standard_id)
        return int(connection.execute(query).scalar_one())


def _versions(service: ServiceConfig) -> list[Version]:
    listed: list[Version] = []
    before: Body | None = None
    for saved, made_at, body in _saved(service):
        changed = [] if before is None else differences(before, body)
        at = words().moment(made_at.astimezone(office_config().zone))
        missing = unfilled(from_table(body), office_config().own_channels)
        listed.append(Version(saved, at, changed, missing))
        before = body
    return listed[::-1]


# --- what is not right ---


def _refused(error: Invalid, typed: Table) -> Shown:
    """The page as it was typed, each problem at its field and, with its place, at the top."""
    shown = refused(error, typed)
    shown.places = told_on_page(problems_of(error), gettext, label)
    return shown


def _typed_from(service: ServiceStandard) -> Table:
    return to_form(service_to_json(service), ServiceStandard)
