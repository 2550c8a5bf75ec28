"""Setup: which services the office offers, in which order, under which letter, at which counters; and a new one."""

from __future__ import annotations

from flask import g, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import edit, setup_page
from shared.domain.numbering import free_letters
from shared.domain.standards.standard import unfilled
from shared.engine.setup import office as engine
from shared.engine.setup import standard as setup_standard
from shared.web.access.auth import now, store
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/services")
@described(takes=engine.ServicesForm)
def services() -> ResponseReturnValue:
    named = {service.slug: service for service in office_config().services}
    channels = office_config().own_channels
    missing = {service.slug: len(unfilled(service.standard, channels)) for service in office_config().services}
    return edit(
        "services",
        "services",
        engine.ServicesForm,
        lambda: engine.services_form(office_config()),
        lambda wanted: change(engine.change_services, wanted),
        named=named,
        missing=missing,
        waiting=_waiting(),
    )


def _waiting() -> dict[str, list[str]]:
    """The numbers that wait now, by service: also of one that is not offered any more."""
    slugs = {service.id: service.slug for service in office_config().services}
    found: dict[str, list[str]] = {}
    with store().room(g.office_id, now()) as room:
        for ticket in room.waiting():
            found.setdefault(slugs[ticket.service_id], []).append(ticket.label)
    return found


@setup_page("/services/new")
@described(takes=setup_standard.ServiceForm)
def new_service() -> ResponseReturnValue:
    letter = next(free_letters({service.series for service in office_config().services}), "")

    def save(wanted: setup_standard.ServiceForm) -> str:
        slug = change(setup_standard.add_service, wanted)
        return url_for("setup.standard", slug=slug, saved=1)

    return edit(
        "services",
        "new_service",
        setup_standard.ServiceForm,
        lambda: {"series": letter},
        save,
        examples=setup_standard.examples(),
    )
