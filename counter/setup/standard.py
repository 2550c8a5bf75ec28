"""Setup: the standard editor; the 14 components of one service, its versions, a preview, and TOML in and out."""

from __future__ import annotations

import base64
import io
import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from counter.setup.page import change_rows, clashing, merged, page, setup_page
from counter.setup.standard_form import Typed, name_keys, table_from, typed_from
from shared.domain.channel import ChannelKind
from shared.domain.errors import Invalid
from shared.domain.office import ServiceConfig
from shared.domain.slip_visitor import number_slip
from shared.domain.standard import (
    MANAGEMENT,
    Category,
    Collects,
    Role,
    ServiceStandard,
    Unit,
    from_table,
    to_table,
    unfilled,
)
from shared.domain.standard_diff import differences
from shared.engine import setup_standard as engine
from shared.engine.letterhead import letterhead
from shared.printing import raster
from shared.printing.bytes import render
from shared.printing.profiles import profile
from shared.standards import InvalidStandard, service_from_json, service_to_json
from shared.standards.writing import toml
from shared.store.tables import StandardVersion
from shared.web.auth import now, store
from shared.web.bounds import number
from shared.web.clicks import change
from shared.web.forms import Shown, file, is_pressed, path_of, pressed, typed
from shared.web.screen import office_config, sentence
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


@setup_page("/services/<slug>/standard")
def standard(slug: str) -> ResponseReturnValue:
    service = engine.find_service(office_config().services, slug)
    if request.method == "GET":
        return _page(service, Shown({**typed_from(service.standard), "base": _number(service)}), service.standard)
    sent: Typed = {**typed(), "base": pressed("base")}
    name_keys(sent)
    if change_rows(sent):
        return _page(service, Shown(sent), service.standard)
    try:
        table = {**table_from(sent), "slug": service.slug, "series": service.series}
        if is_pressed("_preview"):
            return _page(service, Shown(sent), service_from_json(table))
        newest, base = _number(service), number(sent["base"], "base") if sent["base"] else None
        began = _body(service, base) if base is not None and base != newest else None
        if began is not None:
            mine = service_to_json(service_from_json(table))
            table, clashes = merged(began, mine, to_table(service.standard))
            if clashes:
                both = from_table(table)
                return _page(service, clashing({**typed_from(both), "base": newest}, clashes, ""), both, 409)
        saved = change(engine.save_standard, slug, table, base if began is None else newest)
    except (InvalidStandard, Invalid) as error:
        return _page(service, _refused(error, sent), service.standard, 400)
    return redirect(url_for("setup.standard", slug=slug, saved=saved.number), 303)


@setup_page("/services/<slug>/versions", methods=["GET"])
def versions(slug: str) -> ResponseReturnValue:
    """Every version with what changed, the newest first."""
    service = engine.find_service(office_config().services, slug)
    return page("services", "versions", service=service, versions=_versions(service))


@setup_page("/services/<slug>/standard.toml", methods=["GET"])
def export(slug: str) -> Response:
    """The newest version as a file that another office can read."""
    service = engine.find_service(office_config().services, slug)
    answer = Response(toml(to_table(service.standard)), content_type="application/toml; charset=utf-8")
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
        table = _table_of(chosen.read(), slug)
        saved = change(engine.save_standard, slug, table)
    except (InvalidStandard, Invalid) as error:
        shown = _refused(error, {})
        shown.places = [*shown.places, *shown.errors.values()]
        return page("services", "versions", shown, 400, service=service, versions=_versions(service))
    return redirect(url_for("setup.standard", slug=slug, saved=saved.number), 303)


def _table_of(content: bytes, slug: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where = re.search(r"line (\d+)", str(error))
        raise InvalidStandard(
            [gettext("This is no valid TOML file (line %(line)s).", line=where[1] if where else "?")]
        ) from None
    services = table.get("services")
    if not isinstance(services, list):
        return table
    found = next((each for each in services if isinstance(each, dict) and each.get("slug") == slug), None)
    if found is None:
        raise InvalidStandard([gettext("This file holds no service '%(slug)s'.", slug=slug)])
    return found


# --- the page ---


def _page(service: ServiceConfig, shown: Shown, previewed: ServiceStandard, status: int = 200) -> ResponseReturnValue:
    return page(
        "services",
        "standard",
        shown,
        status,
        service=service,
        missing=unfilled(service.standard, office_config().own_channels),
        channel_kinds=_named("channel", ChannelKind),
        management=MANAGEMENT,
        usual_role=Role.LOKET.value,
        applicant=Role.APPLICANT.value,
        role_names=_named("role", (role for role in Role if role != Role.ADMIN)),
        collect_names=_named("collects", Collects),
        unit_names=_named("unit", (Unit.WORKING_DAYS, Unit.HOURS, Unit.MINUTES)),
        category_names=[("", gettext("not filled in")), *_named("category", Category)],
        pictures=list(ICONS),
        preview=previewed,
        slip=_slip(service, previewed),
        number=_number(service),
    )


def _named(kind: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Values with their words, for a list to choose from."""
    return [(value.value, gettext(f"{kind}.{value.value}")) for value in values]


def _slip(service: ServiceConfig, shown: ServiceStandard) -> str:
    """The number slip of this service as a picture, in the bytes of a data address."""
    office = office_config()
    lines = number_slip(
        letterhead(office, service),
        words(),
        number=f"{service.series}-012",
        taken_at=now().astimezone(office.zone),
        status_url="https://contoh.id/t/contoh",
        service=shown.name,
        is_delicate=shown.is_delicate,
        ahead=3,
        requirements=[each.text for each in shown.requirements if not each.when],
    )
    printer = office.printer()
    paper = printer.profile if printer else "80mm-48"
    picture = io.BytesIO()
    raster.draw(render(lines, paper), profile(paper).width_dots).save(picture, "PNG")
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode("ascii")


def _rows_of(service: ServiceConfig) -> Any:
    query = select(StandardVersion).where(
        StandardVersion.service_id == service.id, StandardVersion.office_id == g.office_id
    )
    with store().read() as connection:
        return connection.execute(query.order_by(StandardVersion.number)).all()


def _body(service: ServiceConfig, number: int) -> dict[str, Any] | None:
    """The version with that number as a table; None when there was none."""
    return next((dict(row.body) for row in _rows_of(service) if row.number == number), None)


def _number(service: ServiceConfig) -> int:
    with store().read() as connection:
        query = select(StandardVersion.number).where(StandardVersion.id == service.standard_id)
        return int(connection.execute(query).scalar_one())


def _versions(service: ServiceConfig) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    before: dict[str, Any] | None = None
    for row in _rows_of(service):
        changed = [] if before is None else differences(before, row.body)
        at = row.made_at.astimezone(office_config().zone)
        listed.append(
            {
                "number": row.number,
                "at": words().moment(at),
                "changed": changed,
                "missing": unfilled(from_table(row.body), office_config().own_channels),
            }
        )
        before = row.body
    return listed[::-1]


# --- what is not right ---


_PLACES = {"pertanyaan": "questions", "pilihan": "options", "persyaratan": "requirements", "tahap": "steps"}
_PLACES |= {"kriteria": "criteria", "naskah asli": "originals"}
_PARTS = {"jangka waktu": "promise", "biaya": "fee", "pengaduan": "complaint"}


def _refused(error: InvalidStandard | Invalid, typed: Typed) -> Shown:
    """The sentences at their rows, with the words of the page instead of the names of the file."""
    if isinstance(error, Invalid) and "problems" not in error.facts:
        return Shown(typed, {}, sentence(error))
    problems = error.problems if isinstance(error, InvalidStandard) else error.facts["problems"]
    shown = Shown(typed, {}, gettext("Nothing was saved yet. Please correct what is marked."))
    for problem in problems:
        place, words = _place(problem)
        if place:
            at = path_of(place)
            shown.errors[at] = f"{shown.errors[at]} {words}" if at in shown.errors else words
        else:
            shown.places.append(words)
    return shown


def _place(problem: str) -> tuple[str, str]:
    """The field that a sentence speaks of, "" when it is none, and the sentence without its place."""
    place, _, words = problem.partition(": ")
    parts: list[str] = []
    for part in place.split(", "):
        numbered = re.fullmatch(r"([\w ]+) (\d+)", part)
        if numbered and numbered[1] in _PLACES:
            parts += [_PLACES[numbered[1]], str(int(numbered[2]) - 1)]
        elif part in _PARTS:
            parts.append(_PARTS[part])
        else:
            parts, words = [], problem
            break
    named = re.match(r"'(\w+)' ", words)
    if not parts and named:
        parts = [named[1]]
    words = re.sub(r"'(\w+)'", lambda found: _label(found[1]), words)
    return "-".join(parts), words[:1].upper() + words[1:] + "."


def _label(name: str) -> str:
    """How the page calls a field of the file."""
    key = f"part.{name}"
    words = gettext(key)
    return f"'{name}'" if words == key else f'"{words}"'
