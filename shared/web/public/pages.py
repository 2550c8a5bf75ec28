"""What everybody may open: the home page, the page of an office, health, figures, the description of the API."""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from shared.domain.errors import Forbidden
from shared.domain.numbering import office_day, series_colour
from shared.domain.standards.facts import service_facts
from shared.late import late
from shared.store import outbox, reads
from shared.store.disk import database_away, disk_fault
from shared.web import screens
from shared.web.access.auth import now, store
from shared.web.answers import Health, QueueFacts, QueueService
from shared.web.i18n import language
from shared.web.live import Live
from shared.web.openapi import described, document
from shared.web.opening import LiveBoard, week_hours
from shared.web.screen import office_config, sentence
from shared.web.server.data_folder import try_to_write
from shared.web.server.hosts import is_local
from shared.web.server.limits import limiter
from shared.web.settings import Settings
from shared.words import words

if TYPE_CHECKING:
    import prometheus_client as prometheus
else:
    prometheus = late("prometheus_client")

blueprint = Blueprint("public", __name__)
LEAST_FREE_BYTES = 20_000_000
"""Below this the next day may not find room; `loket check` warns much earlier."""


@blueprint.get("/")
def home() -> str:
    """Every office with its doors; those for practising last."""
    with store().read() as connection:
        rows = reads.offices(connection)
    offices = sorted((store().office_config(row.id) for row in rows), key=lambda each: each.settings.is_practice)
    return render_template("home.html", offices=offices, screens=screens.loaded())


@blueprint.get("/<office>/")
def office() -> str:
    """What the office offers, when it is open, how many wait now."""
    live: Live = current_app.extensions["loket_live"]
    board, here, say = live.board(g.office_id), office_config(), words(language())
    return render_template(
        "office.html",
        office=here,
        offers=[(each, service_facts(each.standard, say)) for each in here.services if each.is_active],
        hours=week_hours(here.calendar, office_day(now(), here.zone), say),
        waiting=board["waiting_total"],
        closed=board["closed"][say.language] if board["closed"] else "",
        colour=series_colour,
    )


@blueprint.get("/<office>/queue.json")
@limiter.limit("120/minute")
@described(QueueFacts)
def queue() -> Response:
    """How many wait for each service now and whether it gives numbers, for other sites: counts, and no number."""
    live: Live = current_app.extensions["loket_live"]
    board, office = live.board(g.office_id), office_config()
    told = [
        QueueService(
            service=service.slug,
            name=service.standard.short_name,
            is_open=board["availability"][service.slug]["is_open"],
            waiting=board["waiting"].get(service.slug, 0),
            wait_min=board["waits"].get(service.slug),
        )
        for service in office.services
        if service.slug in board["availability"]
    ]
    facts = QueueFacts(office=office.slug, name=office.name, at=live.clock(), services=told)
    answer = jsonify(facts.model_dump(mode="json"))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@blueprint.get("/healthz")
@described(Health)
def healthz() -> ResponseReturnValue:
    """200 while the database answers and takes changes, and the disk what is written; else 503 with what is wrong."""
    try:
        with store().read() as connection:
            count = len(reads.offices(connection))
        store().try_to_write()
        _try_to_write(current_app.extensions["loket_settings"])
    except Exception as error:
        trouble = disk_fault(error) or database_away(error)
        if trouble is None:
            raise
        return jsonify(status="trouble", problems=[sentence(trouble)]), 503
    return jsonify(status="ok", offices=count, version=current_app.config["VERSION"])


def _try_to_write(settings: Settings) -> None:
    """Raises `OSError` when the data folder takes no more; also when only little room is left."""
    free = shutil.disk_usage(settings.data).free
    if free < LEAST_FREE_BYTES:
        raise OSError(errno.ENOSPC, "", str(settings.data))
    try_to_write(settings.data)


@blueprint.get("/metrics")
def metrics() -> Response:
    """For Prometheus, on the server's own machine only."""
    if not is_local():
        raise Forbidden("local_only")
    registry = prometheus.CollectorRegistry()
    prometheus.ProcessCollector(registry=registry)
    changes = prometheus.Gauge("loket_office_version", "Changes of an office so far", ["office"], registry=registry)
    waiting = prometheus.Gauge("loket_waiting", "People who wait now", ["office", "service"], registry=registry)
    lines = prometheus.Gauge("loket_lines", "Open live lines of this process", ["kind"], registry=registry)
    sent = prometheus.Gauge("loket_boards_sent", "Boards sent to screens by this process", registry=registry)
    sent_cpu = prometheus.Gauge(
        "loket_boards_sent_cpu_seconds", "CPU seconds that went into sending them", registry=registry
    )
    letters = prometheus.Gauge("loket_letters_waiting", "Letters to other programs that wait", registry=registry)
    live: Live = current_app.extensions["loket_live"]
    for gauge, value in zip((sent, sent_cpu), live.sent(), strict=True):
        gauge.set(value)
    for kind, count in live.counts().items():
        lines.labels(kind).set(count)
    letters.set(store().ask(outbox.waiting))
    with store().read() as connection:
        offices = reads.offices(connection)
    for row in offices:
        board: LiveBoard = live.board(row.id)
        changes.labels(row.slug).set(board["version"])
        for service, count in board["waiting"].items():
            waiting.labels(row.slug, service).set(count)
    return Response(prometheus.generate_latest(registry), content_type=prometheus.CONTENT_TYPE_LATEST)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    known = current_app.extensions
    if "loket_openapi" not in known:  # the routes of an app stay as they are, and to describe them takes 0.1 s
        known["loket_openapi"] = document(current_app)
    return jsonify(known["loket_openapi"])
