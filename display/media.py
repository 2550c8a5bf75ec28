"""What a display shows between the calls: the office's own pictures and videos, and pages made from its standards."""

from __future__ import annotations

from flask import Blueprint, jsonify, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.standards.facts import service_facts
from shared.domain.standards.standard import ServiceStandard
from shared.engine.surveys import result as survey_result
from shared.web import media
from shared.web.access.auth import devices_only, now, store
from shared.web.answers import Playlist
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.survey import decimal
from shared.words import words

blueprint = Blueprint("media", __name__)

MOST_LINES = 7
"""More are not read from a chair while the slide stands."""


@blueprint.get("/media.json")
@devices_only("display")
@described(Playlist)
def playlist() -> ResponseReturnValue:
    """The slides in order; what is missing or broken is not in it."""
    return jsonify(slides=[*_files(office_config()), *_pages(office_config()), *_survey(office_config())])


@blueprint.get("/media/<name>")
@devices_only("display")
def file(name: str) -> ResponseReturnValue:
    found = media.medium(office_config(), name)
    return send_file(found.path, mimetype=found.mimetype, conditional=True, max_age=86400)


def _files(office: OfficeConfig) -> list[dict[str, object]]:
    seconds = office.settings.slide_s
    return [
        {"kind": one.kind, "url": url_for("media.file", name=one.name, v=one.version), "seconds": seconds}
        for one in media.media(office)
    ]


def _pages(office: OfficeConfig) -> list[dict[str, object]]:
    """The pledge, and what to bring for each service; never for a delicate one, and only when the office wants it."""
    if not office.settings.standard_slides:
        return []
    pledge = office.profile.get("pledge")
    pages = [_page(gettext("Our service pledge"), [pledge])] if pledge else []
    for service in office.services:
        if service.is_active and not service.standard.is_delicate and service.standard.requirements:
            pages.append(_page(service.standard.short_name, _lines(service.standard)))
    return [{**page, "seconds": office.settings.slide_s} for page in pages]


def _survey(office: OfficeConfig) -> list[dict[str, object]]:
    """The newest public result of the satisfaction survey, with how many answered."""
    with store().read() as connection:
        today = office_day(now(), office.zone)
        found = survey_result.published(connection, office, today, words(language()))
    if not found or found[0].index is None:
        return []
    newest = found[0]
    lines = [
        f"{decimal(newest.index, language())} · {newest.grade} ({newest.grade_word})",
        str(gettext("n = %(count)s answers", count=newest.n)),
        *(f"{each.name}: {decimal(each.index, language())}" for each in newest.elements[: MOST_LINES - 2]),
    ]
    page = _page(str(gettext("Results of the satisfaction survey")), [newest.name, *lines][:MOST_LINES])
    return [{**page, "seconds": office.settings.slide_s}]


def _lines(standard: ServiceStandard) -> list[str]:
    facts = service_facts(standard, words(language()))
    lines = [requirement.text for requirement in standard.requirements if not requirement.when][:MOST_LINES]
    if facts.time:
        lines.append(f"{gettext('Time')}: {facts.time}")
    if facts.fee:
        lines.append(f"{gettext('Fee')}: {facts.fee}")
    return lines


def _page(title: str, lines: list[str]) -> dict[str, object]:
    return {"kind": "page", "title": title, "lines": lines}
