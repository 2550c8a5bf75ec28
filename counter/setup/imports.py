"""Setup: whole services from a file; read, kept as a draft, looked at on one page, then taken together."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup import preview
from counter.setup.page import edit, page, refused, setup_page
from counter.setup.standard_fields import label
from shared.domain.errors import Invalid
from shared.domain.standards.standard import unfilled
from shared.domain.standards.warnings import warnings
from shared.engine.setup import imports as engine
from shared.standards import text_of
from shared.web.access.auth import store, wants_page
from shared.web.clicks import change
from shared.web.forms import Shown, file, problems_of
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.told import told, told_on_page


@setup_page("/services/import")
def import_services() -> ResponseReturnValue:
    """Takes a file; with any fault in it all faults are told and nothing is kept."""
    if request.method == "GET":
        return _choose(Shown({}), 200)
    chosen = file("file")
    try:
        if chosen is None:
            raise Invalid("file_missing", fields=["file"])
        draft = change(engine.keep_draft, chosen.filename or "", text_of(chosen.read()))
    except Invalid as error:
        if not wants_page():
            raise
        shown = refused(error, {})
        shown.places = told(problems_of(error), gettext)
        return _choose(shown, 400)
    return redirect(url_for("setup.import_draft", draft=draft), 303)


def _choose(shown: Shown, status: int) -> ResponseReturnValue:
    with store().read() as connection:
        waiting = engine.drafts(connection, office_config().office_id)
    return page("services", "import", shown, status, drafts=waiting)


@setup_page("/services/import/<int:draft>")
@described(takes=engine.ImportForm)
def import_draft(draft: int) -> ResponseReturnValue:
    """Every service of the file as it would stand here, before anything is saved."""
    office = office_config()
    with store().read() as connection:
        name, services = engine.draft_services(connection, office.office_id, draft)
    found = engine.proposals(office, services)

    def save(wanted: engine.ImportForm) -> str:
        change(engine.take_draft, draft, wanted)
        return url_for("setup.services", saved=1)

    return edit(
        "services",
        "import_draft",
        engine.ImportForm,
        lambda: engine.form_of(found),
        save,
        file_name=name,
        draft=draft,
        proposals=found,
        slips={each.standard.slug: preview.slip(each.standard, each.series) for each in found},
        facts={each.standard.slug: preview.facts(each.standard) for each in found},
        warnings={each.standard.slug: told_on_page(warnings(each.standard), gettext, label) for each in found},
        missing={each.standard.slug: unfilled(each.standard, office.own_channels) for each in found},
    )


@setup_page("/services/import/<int:draft>/drop", methods=["POST"])
def drop_draft(draft: int) -> ResponseReturnValue:
    change(engine.drop_draft, draft)
    return redirect(url_for("setup.import_services"), 303)
