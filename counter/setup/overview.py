"""The first page of the setup: the first day, and what the office has not filled in yet; and another office."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.office import ZONES
from counter.setup.page import edit, page, refused, setup_page
from shared.domain.errors import Invalid
from shared.domain.region import District
from shared.domain.rights import Right
from shared.engine import practice
from shared.engine.founding import slug_for
from shared.engine.setup import officers as engine
from shared.standards import load, regions
from shared.store import reads
from shared.web import forms
from shared.web.access.auth import store
from shared.web.clicks import change
from shared.web.forms import problems_of
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.shell import say
from shared.web.told import told


@setup_page("", methods=["GET"])
def overview() -> ResponseReturnValue:
    slug = practice.slug_for(office_config().slug)
    with store().read() as connection:
        is_open = slug in {office.slug for office in reads.offices(connection)}
    return page("overview", "overview", practice=slug if is_open else None, zone=ZONES.get(office_config().zone.key))


@setup_page("/practice", methods=["POST"], right=Right.GIVE_ACCESS)
def open_practice() -> ResponseReturnValue:
    """Makes the practice office, or finds the one that there is."""
    change(practice.open_practice)
    say(gettext("The practice office is open. Sign in to it here; its screens stand beside it."))
    return redirect(url_for("setup.overview", _anchor="practice"), 303)


@setup_page("/found", right=Right.GIVE_ACCESS)
@described(takes=engine.FoundingForm)
def found() -> ResponseReturnValue:
    """Another sub-district, founded from here; its founder is its first admin."""
    offices, districts = _offices()

    def save(wanted: engine.FoundingForm) -> str:
        change(engine.found_office, wanted)
        return url_for("setup.found", saved=wanted.slug)

    asked = request.args.get("district")
    district = next((each for each in districts if each.code == asked), None)
    present: dict[str, object] = {}
    if district is not None:
        name = f"Kecamatan {district.name}"
        present = {"region_code": district.code, "name": name, "slug": slug_for(name)}
    return edit("found", "found", engine.FoundingForm, lambda: present, save, offices=offices, districts=districts)


@setup_page("/found/standard", methods=["POST"], right=Right.GIVE_ACCESS)
def found_by_standard() -> ResponseReturnValue:
    """Another office, whole from the file of its standard; its founder is its first admin."""
    chosen = forms.file("standard")
    try:
        if chosen is None:
            raise Invalid("file_missing", fields=["standard"])
        slug = change(engine.found_by_standard, load(chosen.read()))
    except Invalid as error:
        shown = refused(error, {})
        shown.places = told(problems_of(error), gettext)
    else:
        return redirect(url_for("setup.found", saved=slug), 303)
    offices, districts = _offices()
    return page("found", "found", shown, 400, offices=offices, districts=districts)


def _offices() -> tuple[Sequence[object], list[District]]:
    """The offices of this installation, and the known districts that have none here yet."""
    with store().read() as connection:
        offices = reads.offices(connection)
    names = {office.name for office in offices}
    return offices, [each for each in regions() if f"Kecamatan {each.name}" not in names]
