"""The first page of the setup: the themes, and what the office has not filled in yet; and another office."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, page, setup_page
from shared.domain.standard import unfilled
from shared.engine import practice
from shared.engine import setup_officers as engine
from shared.engine.founding import slug_for
from shared.standards import regions
from shared.store import reads
from shared.web.auth import store
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("", methods=["GET"])
def overview() -> ResponseReturnValue:
    slug = practice.slug_for(office_config().slug)
    with store().read() as connection:
        is_open = slug in {office.slug for office in reads.offices(connection)}
    return page("overview", "overview", reminders=reminders(), practice=slug if is_open else None)


@setup_page("/practice", methods=["POST"])
def open_practice() -> ResponseReturnValue:
    """Makes the practice office, or finds the one that there is."""
    change(practice.open_practice)
    return redirect(url_for("setup.overview", saved=1), 303)


def reminders() -> list[tuple[str, str]]:
    """What is missing before the office works well: (theme's address, sentence)."""
    office, found = office_config(), []
    active = [service for service in office.services if service.is_active]
    if not active:
        found.append((url_for("setup.services"), gettext("There is no service yet: the kiosk has nothing to offer.")))
    if not office.counters:
        found.append((url_for("setup.counters"), gettext("There is no counter yet: nobody can call.")))
    for service in active:
        if office.counters and not office.first_counters(service):
            sentence = gettext("No counter serves %(service)s.", service=service.standard.short_name)
            found.append((url_for("setup.counters"), sentence))
    if not office.calendar.hours:
        sentence = gettext("The opening hours are not filled in: the kiosk gives numbers day and night.")
        found.append((url_for("setup.hours"), sentence))
    for service in active:
        count = len(unfilled(service.standard))
        if count:
            sentence = gettext(
                "%(service)s: %(count)s components not filled in", service=service.standard.short_name, count=count
            )
            found.append((url_for("setup.standard", slug=service.slug), sentence))
    if not office.profile.get("pledge"):
        found.append((url_for("setup.office"), gettext("The service pledge is not filled in.")))
    return found


@setup_page("/found")
@described(takes=engine.FoundingForm)
def found() -> ResponseReturnValue:
    """Another sub-district, founded from here; its founder is its first admin."""
    with store().read() as connection:
        offices = reads.offices(connection)
    names = {office.name for office in offices}
    districts = [each for each in regions() if f"Kecamatan {each.name}" not in names]

    def save(wanted: engine.FoundingForm) -> str:
        change(engine.found_office, wanted)
        return url_for("setup.found", saved=wanted.slug)

    asked = request.args.get("district")
    district = next((each for each in districts if each.code == asked), None)
    present: dict[str, object] = {}
    if district is not None:
        name = f"Kecamatan {district.name}"
        present = {"region_code": district.code, "name": name, "slug": slug_for(name)}
    facts: dict[str, object] = {"offices": offices, "districts": districts}
    return edit("found", "found", engine.FoundingForm, lambda: present, save, **facts)
