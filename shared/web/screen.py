"""What every screen's answers have in common: pages, fragments, JSON, and the words of a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlencode

import structlog
from flask import Flask, current_app, g, has_request_context, jsonify, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from shared.domain.errors import Refusal, Unknown
from shared.domain.identity import with_masked_nik
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.typed import rupiah
from shared.store import reads
from shared.store.disk import database_away, disk_fault
from shared.web import forms
from shared.web.access.auth import store, wants_page
from shared.web.context import now
from shared.web.context import office_config as office_config
from shared.web.i18n import language
from shared.web.server.safe_headers import SafeHeaders
from shared.web.urls import came_from
from shared.words import LANGUAGES, words

log = structlog.get_logger()

PUBLIC = ("public", "published", "complaint", "answer", "survey_published", "figures")
"""Blueprints of the public pages: a link from one to another keeps the language that was chosen there."""

_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method",
    413: "too_large",
    414: "too_large",
    415: "not_json",
    429: "too_many",
    500: "fault",
}


def init_app(app: Flask) -> None:
    app.url_value_preprocessor(_enter_office)
    app.url_defaults(_stay_in_office)
    app.register_error_handler(Refusal, refusal)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)
    app.wsgi_app = SafeHeaders(app.wsgi_app, is_secure=app.config["SESSION_COOKIE_SECURE"])  # type: ignore[method-assign]
    app.jinja_env.globals.update(came_from=came_from, in_languages=_in_languages)
    app.jinja_env.filters.update(moment=_moment, written=_written, clock=_clock, rupiah=rupiah, masked=with_masked_nik)
    app.jinja_env.globals["csrf"] = _csrf_field


def _moment(at: date | None, seconds: bool = False, dated: bool = False) -> str:
    """A day as "26 Nov 2026", a moment as "26 Nov 2026, 16.09" by the office's clock; a dash for what never was.

    A moment of today is "hari ini, 16.09", unless the page is evidence (`seconds`) or is taken home (`dated`).
    """
    if at is None:
        return "–"
    if not isinstance(at, datetime):
        return words(language()).short(at)
    zone = office_config().zone
    today = None if seconds or dated else now().astimezone(zone).date()
    return words(language()).short(at.astimezone(zone), seconds=seconds, today=today)


def _written(text: str) -> str:
    """The days and moments in what a register holds as text, as every page writes them."""
    return words(language()).written(text)


def _clock(at: datetime, seconds: bool = False) -> str:
    """The time of a moment in the office: "16.09"."""
    return words(language()).clock(at.astimezone(office_config().zone), seconds=seconds)


def _csrf_field() -> Markup:
    """What each form of an officer's page carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def sentence(error: Refusal) -> str:
    """What the refusal says to a person, in their language."""
    words = {key: ", ".join(_word(key, each) for each in _many(value)) for key, value in error.facts.items()}
    said = [str(gettext(f"error.{error.code}", **words)), *map(forms.words, forms.problems_of(error))]
    return " ".join(dict.fromkeys(said))


def _many(value: object) -> Iterable[object]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _word(kind: str, code: object) -> str:
    """What is missing, or wrong with a field, comes as a code; everything else as it is."""
    if kind == "missing":
        about, _, named = str(code).partition(":")
        if not named:
            return str(gettext(f"missing.{code}"))
        if about in ("documents", "field"):
            return _named(named)
        return str(gettext(f"missing.{about}", document=_named(named)))
    words = current_app.extensions["loket_words"]
    key = f"{'check' if kind == 'fields' else kind}.{code}"
    return str(gettext(key)) if words.has("id", key) else str(code)


def _named(key: str) -> str:
    """The document or the declared field as the office's standards name it."""
    standards = [service.standard for service in office_config().services]
    papers = {each.key: each.text for standard in standards for each in standard.requirements}
    fields = {each.key: each.text for standard in standards for each in standard.fields}
    return papers.get(key) or fields.get(key, key)


def refusal(error: Refusal) -> Response:
    return _answer(error.status, error.code, sentence(error), error.facts)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    meant = _meant_address() if isinstance(error, NotFound) and request.url_rule is None else None
    if meant is not None:
        return redirect(meant, 308)
    code = _HTTP_CODES.get(status, "bad_request" if status < 500 else "fault")
    return _answer(status, code, gettext(f"error.{code}"), {})


def _fault(error: Exception) -> Response:
    known = disk_fault(error) or database_away(error)
    if known is not None:
        _log_outage(known)
        return refusal(known)
    log.exception("fault", endpoint=request.endpoint)  # the path may hold a key or a ticket's token
    return _answer(500, "fault", gettext("error.fault"), {})


OUTAGE_S = 60
_told: dict[str, float] = {}


def _log_outage(known: Refusal) -> None:
    """One line for an outage, however many clicks it meets."""
    if time.monotonic() - _told.get(known.code, float("-inf")) > OUTAGE_S:
        log.error("outage", code=known.code, place=known.facts.get("place"))
    _told[known.code] = time.monotonic()


def _answer(status: int, code: str, message: str, facts: dict[str, object]) -> Response:
    if wants_page():
        return make_response(_page(status, message, is_plain=status >= 500), status)
    more = {"missing": facts["missing"]} if "missing" in facts else {}
    found = [each for each in _many(facts.get("problems", ())) if isinstance(each, Problem)]
    if found:
        told = [{"at": each.name, "code": each.code, "message": forms.words(each)} for each in found]
        more = {**more, "problems": told}
    return make_response(jsonify(error={"code": code, "message": message, **more}), status)


def _page(status: int, message: str, *, is_plain: bool) -> str:
    """With the office's face where the database can be asked for it: it may be away while an address leads nowhere."""
    facts = {"status": status, "message": message, "back": came_from(), "plain": is_plain}
    try:
        return render_template("error.html", office=None if is_plain else _known_office(), **facts)
    except Exception as error:
        if is_plain or not (disk_fault(error) or database_away(error)):
            raise
        return _page(status, message, is_plain=True)


def _meant_address() -> str | None:
    """The page that is meant by an address with capitals (phones begin words with one) or with a slash at its end."""
    path, query = request.path.rstrip("/").lower(), request.query_string.decode("ascii", "replace")
    if request.method not in ("GET", "HEAD") or path == request.path or not path:
        return None
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return None
    return f"{path}?{query}" if query else path


def _known_office() -> OfficeConfig | None:
    """The office of the address, also when the rest of it leads nowhere."""
    if "office_id" not in g:
        slug = request.path.split("/")[1]
        known = current_app.extensions["loket_offices"].get(slug)
        if known is None:
            return None
        g.office, g.office_id = slug, known
    return office_config()


def _enter_office(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """`/<office>/...`: the office is in the address, nowhere else."""
    if values and "office" in values:
        slug = str(values.pop("office"))
        g.office = slug.lower() if slug.lower() in current_app.extensions["loket_offices"] else slug
        g.office_id = office_id(g.office)


def _stay_in_office(endpoint: str, values: dict[str, object]) -> None:
    """Links stay in the office of the page that they stand on, and those of public pages in its language."""
    if "office" not in values and "office" in g and current_app.url_map.is_endpoint_expecting(endpoint, "office"):
        values["office"] = g.office
    if has_request_context() and endpoint.split(".")[0] in PUBLIC:
        chosen = request.args.get("lang") or g.get("language")
        if chosen in LANGUAGES:
            values.setdefault("lang", chosen)


def _in_languages() -> list[tuple[str, str]]:
    """This page in each language, with its address."""
    return [(each, "?" + urlencode({**request.args.to_dict(), "lang": each})) for each in LANGUAGES]


def office_id(slug: str) -> int:
    """Raises `Unknown("office")`."""
    known: dict[str, int] = current_app.extensions["loket_offices"]
    if slug not in known:
        with store().read() as connection:
            known.update({row.slug: row.id for row in reads.offices(connection)})
    if slug not in known:
        raise Unknown("office")
    return known[slug]
