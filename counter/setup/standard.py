"""Setup: the standard editor; the 14 components of one service, its versions, a preview, and TOML in and out."""

from __future__ import annotations

import base64
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from counter.setup.page import change_rows, page, setup_page
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
from shared.engine.setup import slug_of
from shared.printing import raster
from shared.printing.bytes import render
from shared.printing.profiles import profile
from shared.standards import InvalidStandard, service_from_json
from shared.standards.writing import toml
from shared.store.tables import StandardVersion
from shared.web.auth import now, store
from shared.web.bounds import number
from shared.web.clicks import change
from shared.web.forms import Shown, file, is_pressed, path_of, typed
from shared.web.screen import office_config, sentence
from shared.words import words

Typed = dict[str, Any]

LISTS = ("products", "legal_basis", "facilities", "evaluation", "notes")
"""Components that are lists of lines."""

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
    sent: Typed = {**typed(), "base": request.form.get("base", "")}
    _name_keys(sent)
    if change_rows(sent):
        return _page(service, Shown(sent), service.standard)
    try:
        table = {**table_from(sent), "slug": service.slug, "series": service.series}
        if is_pressed("_preview"):
            return _page(service, Shown(sent), service_from_json(table))
        base = number(sent["base"], "base") if sent["base"] else None
        saved = change(engine.save_standard, slug, table, base)
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
        missing=unfilled(service.standard),
        management=MANAGEMENT,
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
                "missing": unfilled(from_table(row.body)),
            }
        )
        before = row.body
    return listed[::-1]


# --- between the form and the table ---


def typed_from(service: ServiceStandard) -> Typed:
    """The standard in the shape of the form."""
    typed: Typed = to_table(service)
    for name in LISTS:
        typed[name] = "\n".join(typed.get(name, ()))
    if "complaint" in typed:
        typed["complaint"] = {**typed["complaint"], "web": "\n".join(typed["complaint"].get("web", ()))}
    for rows in ("questions", "requirements"):
        for row in typed.get(rows, ()):
            row["when"] = ["=".join(pair) for pair in row.get("when", ())]
    return typed


def table_from(typed: Typed) -> dict[str, Any]:
    """What was typed as the table that `shared.standards` checks; what is left empty is absent."""
    table: dict[str, Any] = {}
    for name in ("name", "short_name", "name_en", "icon", "category", "title", "decree_number"):
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
    table["complaint"] = _complaint(_part(typed, "complaint"))
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


def _complaint(part: Typed) -> dict[str, Any] | None:
    found: dict[str, Any] = _texts(part, "phone", "address", "email", "facebook", "instagram")
    web = _lines(part.get("web"))
    return ({**found, "web": web} if web else found) or None


def _name_keys(typed: Typed) -> None:
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


# --- what is not right ---


_PLACES = {"pertanyaan": "questions", "pilihan": "options", "persyaratan": "requirements", "tahap": "steps"}
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
        numbered = re.fullmatch(r"(\w+) (\d+)", part)
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
