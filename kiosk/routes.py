"""The kiosk's page and what it asks for: one page with all its screens; numbers, slips, sounds."""

from __future__ import annotations

from flask import Blueprint, current_app, g, jsonify, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from kiosk import complaint, file_look, speech, survey
from kiosk import qr as drawn
from kiosk.words import BothLanguages, picture
from shared.domain.errors import Unknown
from shared.domain.numbering import label, series_colour
from shared.domain.office import ServiceConfig
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import brought
from shared.domain.standards.announced import in_their_cases, questions_tree, to_bring
from shared.domain.standards.facts import ServiceFacts, service_facts
from shared.domain.standards.standard import gives_numbers
from shared.engine.queue import reception, visitor
from shared.printing.status import Status
from shared.store import reads
from shared.store.files import files
from shared.web.access.auth import devices_only, now, store
from shared.web.answers import BoardFacts, FileLook, PrintJobNumber, SlipState, TakenTicket
from shared.web.api import ComeBack, LookAtFile, PrintMissing, TakeTicket
from shared.web.bounds import query_number
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.i18n import language
from shared.web.live import live_board
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.screens import Screen
from shared.web.server.limits import limit_from_elsewhere, limiter
from shared.words import LANGUAGES, words

blueprint = Blueprint("kiosk", __name__, template_folder="templates")
SCREEN = Screen(
    title="Kiosk",
    home="kiosk.page",
    blueprints=(
        (blueprint, "/<office>/kiosk"),
        (complaint.blueprint, "/<office>/kiosk"),
        (survey.blueprint, "/<office>/kiosk"),
    ),
    purpose="kiosk",
)

MOST_NUMBERS = "100/minute"
"""Of one kiosk: far more than people can touch, and an end to a stuck key or a stolen token."""


@blueprint.get("")
@devices_only("kiosk")
def page() -> str:
    services = _services()
    return render_template(
        "kiosk/page.html",
        office=office_config(),
        services=services,
        in_their_cases=in_their_cases,
        to_bring=to_bring,
        said_by={each: words(each) for each in LANGUAGES},
        trees={service.slug: questions_tree(service.standard) for service in services},
        promises={
            service.slug: [service_facts(service.standard, words(each)) for each in LANGUAGES] for service in services
        },
        nothing_said=ServiceFacts(),
        board=_board(),
        paper=_paper(),
        look_pictures=file_look.PICTURES,
        number_pictures=file_look.NUMBER_PICTURES,
        gives_numbers=gives_numbers,
        survey=survey.screens(),
        device=g.device,
        words=BothLanguages(current_app.extensions["loket_words"]),
        picture=picture,
        colour=series_colour,
    )


@blueprint.get("/calibrate")
@devices_only("kiosk")
def calibrate() -> str:
    """How many pixels a millimetre has on this screen."""
    words = BothLanguages(current_app.extensions["loket_words"])
    return render_template("kiosk/calibrate.html", office=office_config(), words=words, picture=picture)


@blueprint.get("/board.json")
@devices_only("kiosk")
@described(BoardFacts)
def board() -> ResponseReturnValue:
    return jsonify(live_board(g.office_id))


@blueprint.post("/tickets")
@devices_only("kiosk")
@limit_from_elsewhere(MOST_NUMBERS, lambda: f"numbers-of-{g.device.id}")
@described(TakenTicket, takes=TakeTicket, status=201)
def take() -> ResponseReturnValue:
    wanted = read(TakeTicket)
    service = next((each for each in _services() if each.slug == wanted.service), None)
    if service is None:
        raise Unknown("service")
    lane = Lane.PRIORITY if wanted.priority else Lane.ORDINARY
    taken = change(
        visitor.take,
        service.slug,
        is_priority=wanted.priority,
        nonce=wanted.nonce,
        language=wanted.language,
        printer=g.device.settings.get("printer"),
        said=brought(service.standard, wanted.answers, wanted.ready),
        quote=current_app.extensions["loket_forecasts"].current(g.office_id, now()).quote(service.id, lane),
    )
    return jsonify(taken.facts()), 201


@blueprint.post("/results")
@devices_only("kiosk")
@limiter.limit("30/minute")
@described(TakenTicket, takes=ComeBack, status=201)
def results() -> ResponseReturnValue:
    """A number for the applicant of a file, by the receipt."""
    shown = read(ComeBack)
    printer = g.device.settings.get("printer")
    taken = change(reception.come_back, shown.code, nonce=shown.nonce, language=shown.language, printer=printer)
    return jsonify(taken.facts()), 201


@blueprint.post("/files")
@devices_only("kiosk")
@limiter.limit("30/minute")
@described(FileLook, takes=LookAtFile)
def file() -> ResponseReturnValue:
    """Where a file stands, for the holder of its receipt; changes nothing."""
    shown = read(LookAtFile)
    with store().read() as connection, store().room(g.office_id, now()) as room:
        ended_after = now() - file_look.STILL_KNOWN
        token = files.token_on_receipt(connection, g.office_id, shown.code, ended_after)
        configs = store().office_configs
        found = file_look.look(connection, office_config(), configs, room, token, shown.language)
    return jsonify(found.model_dump(mode="json"))


@blueprint.post("/missing")
@devices_only("kiosk")
@limiter.limit("20/minute")
@described(PrintJobNumber, takes=PrintMissing, status=201)
def missing() -> ResponseReturnValue:
    wanted = read(PrintMissing)
    job_id = change(
        reception.print_missing,
        wanted.service,
        answers=wanted.answers,
        ready=wanted.ready,
        language=wanted.language,
        printer=g.device.settings.get("printer"),
    )
    return jsonify(job=job_id), 201


@blueprint.get("/tickets/<int:ticket_id>/slip")
@devices_only("kiosk")
@described(SlipState)
def slip(ticket_id: int) -> ResponseReturnValue:
    """What became of the paper: the page asks until it knows, and says so when there is none."""
    with store().read() as connection:
        job = reads.print_job_of(connection, g.office_id, ticket_id)
    return jsonify(state=job.state if job else "none", fault=job.fault if job else None)


@blueprint.get("/tickets/<token>/qr.svg")
@devices_only("kiosk")
def qr(token: str) -> ResponseReturnValue:
    """The address of the ticket's page."""
    return drawn.of_token("/t/", token, "ticket")


@blueprint.get("/speech/<key>.wav")
@devices_only("kiosk")
@limiter.limit("60/minute")
def spoken(key: str) -> ResponseReturnValue:
    """A screen read aloud; only what the kiosk itself shows has a key."""
    offered = {service.slug for service in _services()}
    text = speech.text(key, gettext, office_config(), offered, live_board(g.office_id), _ticket, language())
    return send_file(current_app.extensions["loket_voice"].speak(text, language()), "audio/wav", max_age=0)


def _services() -> list[ServiceConfig]:
    """What this kiosk offers, in the office's order."""
    chosen = g.device.settings.get("services")
    return [each for each in office_config().services if each.is_active and (not chosen or each.slug in chosen)]


def _paper() -> dict[str, list[str]]:
    """The printers that slips of this kiosk come from, and the words of the board for one that cannot print.

    That the roll is nearly empty is for the staff alone.
    """
    own = office_config().printer(g.device.settings.get("printer"))
    printers = [
        each.slug for each in office_config().printers if own is not None and each.id in (own.id, own.fallback_id)
    ]
    return {"printers": printers, "stopped": [status.value for status in Status if not status.can_print]}


def _ticket(token: str) -> tuple[str, int | None]:
    """Number and people ahead of a ticket of this office; raises `Unknown("ticket")`."""
    with store().read() as connection:
        row = reads.ticket_by_token(connection, token)
    if row is None or row.office_id != g.office_id:
        raise Unknown("ticket")
    return label(row.series, row.number), query_number("ahead", highest=999)


def _board() -> dict[str, object]:
    return current_app.extensions["loket_live"].board(g.office_id)  # type: ignore[no-any-return]
