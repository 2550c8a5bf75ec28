"""The menu of the officers' pages, in one place: a new page is one line of MENU."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import g, request, url_for

from counter.setup.page import THEMES
from shared.domain.files.promise import is_ready_at
from shared.domain.rights import Right
from shared.store.files import views as file_views
from shared.web.access.auth import current_user, may, store
from shared.web.clicks import own_counter
from shared.web.help_places import topic_of
from shared.web.screens import Menu, MenuEntry


@dataclass(frozen=True)
class Section:
    """`words`: a sentence of the catalogues. `right`: None for everybody. `beneath`: endpoints of its other pages."""

    endpoint: str
    picture: str
    words: str
    right: Right | None = None
    beneath: tuple[str, ...] = ()


MENU = (
    Section("counter.home", "house", "My desk"),
    Section("counter.tray", "inbox", "Files", Right.SEE_FILES, ("counter.file", "counter.desk")),
    Section("counter.results", "package-check", "Not collected", Right.SEE_FILES),
    Section(
        "counter.register",
        "book-open",
        "Register",
        Right.SEE_FILES,
        ("counter.register_row", "counter.register_months"),
    ),
    Section("counter.letters", "file-text", "Letters", Right.SEE_LETTERS),
    Section("counter.payments", "wallet", "Payments", Right.SEE_FILES),
    Section("counter.recaps", "clipboard-list", "Recap", Right.SEE_RECAPS, ("counter.recap_list",)),
    Section(
        "counter.complaint_book",
        "message-square-warning",
        "Complaints",
        Right.ENTER_COMPLAINTS,
        ("counter.complaint", "counter.new_complaint"),
    ),
    Section("counter.supervisor_page", "radar", "Supervisor", Right.SEE_FLOOR),
    Section("counter.day_page", "calendar-check", "The day", Right.ENTER_LATE),
    Section(
        "counter.reports_today",
        "chart-column",
        "Reports",
        Right.SEE_REPORTS,
        ("counter.reports",),
    ),
    Section("counter.persons", "user-search", "Personal data", Right.CARE_FOR_DATA, ("counter.find_person",)),
    Section("counter.evidence_page", "folder-check", "Folder of evidence", Right.MAKE_EVIDENCE),
    Section(
        "counter.survey_page", "smile", "Survey", Right.SEE_SURVEY, ("counter.survey_paper", "counter.survey_period")
    ),
    Section("counter.regency_page", "building-2", "Regency", Right.SEE_REGENCY, ("counter.region_report",)),
    Section("counter.audit_page", "scroll-text", "Audit", Right.SEE_AUDIT),
    Section("setup.overview", "settings", "Setup", Right.SEE_SETUP),
)
"""In the order of the day; the officer's own counter comes second. A page that only some may open names its right."""


PERSONAL = (
    Section("counter.help_page", "circle-question-mark", "Help", None, ("counter.help_topic", "counter.help_of_role")),
    Section("counter.work_page", "list-checks", "Long work"),
    Section("counter.sessions_page", "key-round", "Where you are signed in", beneath=("counter.second_factor",)),
    Section("counter.change_password", "shield-check", "Change password"),
    Section("paper.page", "printer", "Paper and printers", Right.PRINT),
)
"""Beneath the officer's name."""


def menu() -> Menu:
    """What this officer may open, with the counts of what waits there."""
    with store().read() as connection:
        places = file_views.places(connection, store().office_configs, g.office_id)
    counts = {
        "counter.tray": sum(count for step, count in places if not current_user.roles.isdisjoint(step.roles)),
        "counter.results": sum(count for step, count in places if is_ready_at(step)),
    }
    sections = [_entry(one, counts.get(one.endpoint)) for one in _open(MENU)]
    if (seat := own_counter()) is not None:
        address = url_for("counter.panel", number=seat.number)
        sections.insert(1, MenuEntry(address, "user-round", seat.name, None, request.path == address, is_name=True))
    personal = [_entry(one) for one in _open(PERSONAL)]
    home, sign_out, tray = (url_for(f"counter.{name}") for name in ("home", "sign_out", "tray"))
    seek = url_for("counter.seek") if may(Right.SEE_FILES) else None
    return Menu(home, sections, personal, sign_out, tray, seek, _help())


def _help() -> str:
    endpoint = request.endpoint or ""
    topic = topic_of(endpoint)
    if topic is None:
        return url_for("counter.help_page")
    themes = [name for name, page, _, _ in THEMES if page == endpoint]
    return url_for("counter.help_topic", topic=topic, _anchor=themes[0] if themes else None)


def _open(sections: Iterable[Section]) -> list[Section]:
    return [one for one in sections if one.right is None or may(one.right)]


def _entry(one: Section, count: int | None = None) -> MenuEntry:
    return MenuEntry(url_for(one.endpoint), one.picture, one.words, count, _is_here(one))


def _is_here(section: Section) -> bool:
    endpoint = request.endpoint or ""
    if section.endpoint == "setup.overview":
        return endpoint.startswith(("setup.", "devices_setup."))
    return endpoint == section.endpoint or endpoint in section.beneath
