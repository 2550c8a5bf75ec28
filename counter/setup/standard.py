"""Setup: the standard editor; the 14 components of one service, its versions, a preview, and TOML in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import tomli_w
from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from counter.setup.page import change_rows, clashing, merged, page, refused, setup_page
from counter.setup.preview import slip
from counter.setup.standard_form import name_keys, prune, service_of
from shared.domain.channel import ChannelKind
from shared.domain.errors import Invalid
from shared.domain.office import ServiceConfig
from shared.domain.problem import Problem
from shared.domain.standard import (
    MANAGEMENT,
    Category,
    Collects,
    Role,
    ServiceStandard,
    unfilled,
)
from shared.domain.standard_diff import differences
from shared.domain.standard_parts import Unit
from shared.domain.standard_table import from_table
from shared.engine import setup_standard as engine
from shared.standards import InvalidStandard, read, service_to_json
from shared.standards.shape import to_form
from shared.store.tables import StandardVersion
from shared.web.auth import store
from shared.web.bounds import number
from shared.web.clicks import change
from shared.web.forms import Shown, Table, file, is_pressed, pressed, problems_of, typed
from shared.web.screen import office_config
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
    return page(
        "services",
        "standard",
        shown,
        status,
        service=service,
        missing=unfilled(service.standard, office_config().own_channels),
        channel_kinds=_named("complaint_channel", ChannelKind),
        management=MANAGEMENT,
        usual_role=Role.LOKET.value,
        applicant=Role.APPLICANT.value,
        role_names=_named("role", (role for role in Role if role != Role.ADMIN)),
        collect_names=_named("collects", Collects),
        unit_names=_named("unit", (Unit.WORKING_DAYS, Unit.HOURS, Unit.MINUTES)),
        category_names=[("", gettext("not filled in")), *_named("category", Category)],
        pictures=list(ICONS),
        preview=previewed,
        slip=slip(previewed, service.series),
        number=_number(service),
    )


def _named(kind: str, values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Values with their words, for a list to choose from."""
    return [(value.value, gettext(f"{kind}.{value.value}")) for value in values]


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


def _refused(error: Invalid, typed: Table) -> Shown:
    """The page as it was typed, each problem at its field and, with its place, at the top."""
    shown = refused(error, typed)
    shown.places = told_on_page(problems_of(error), gettext)
    return shown


def _typed_from(service: ServiceStandard) -> Table:
    return to_form(service_to_json(service), ServiceStandard)
