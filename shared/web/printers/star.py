"""Star CloudPRNT: the printer polls, fetches a picture, and tells what became of it.

Built from the maker's public "Star CloudPRNT Protocol Guide" 2.4 (mC-Print, TSP100IV, TSP654II with HI02X) and tried
with emulated printers only.
"""

from __future__ import annotations

import io
import re
from urllib.parse import unquote

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from shared.domain.errors import Invalid, Unknown
from shared.engine.paper import print_queue, printer_state
from shared.printing.delivery import Outcome, Result
from shared.printing.profiles import profile
from shared.printing.raster import draw
from shared.printing.status import Status
from shared.web.access.auth import machines_only, now, store
from shared.web.printers.pulling import HEARD_S, claimed, finish, held, made, pulling

blueprint = Blueprint("star", __name__)

PICTURE = "image/png"


@blueprint.post("/<office>/paper/<printer>/star/<key>")
@machines_only
def poll(printer: str, key: str) -> ResponseReturnValue:
    """The printer tells how it is and hears whether there is a job."""
    row = pulling(printer, "star", key)
    told = request.get_json(silent=True, force=True) if request.data.strip() else {}
    if not isinstance(told, dict):
        raise Invalid("malformed_json", fields=[])
    status = _word(str(told.get("statusCode") or ""))
    printer_state.note(store(), row, status, now(), refresh_s=HEARD_S)
    if not status.can_print or told.get("printingInProgress") or held(row) is not None:
        return jsonify(jobReady=False)
    with store().read() as connection:
        job = print_queue.waiting(connection, row.id, now())
    if job is None:
        return jsonify(jobReady=False)
    return jsonify(jobReady=True, mediaTypes=[PICTURE], jobToken=str(job.id), deleteMethod="DELETE")


@blueprint.get("/<office>/paper/<printer>/star/<key>")
@machines_only
def fetch(printer: str, key: str) -> ResponseReturnValue:
    """The job as a picture, the same dots as everywhere; asked again before it is confirmed, it is given again."""
    row = pulling(printer, "star", key)
    if request.args.get("type", PICTURE) != PICTURE:
        abort(415)
    job = held(row)
    ready = (job, made(row, job)) if job is not None else claimed(row)
    if ready is None:
        raise Unknown("print_job")
    png = io.BytesIO()
    draw(ready[1].data, profile(row.profile).width_dots).save(png, "PNG")
    return Response(png.getvalue(), content_type=PICTURE, headers={"X-Star-Cut": "partial; feed=true"})


@blueprint.delete("/<office>/paper/<printer>/star/<key>")
@machines_only
def done(printer: str, key: str) -> ResponseReturnValue:
    """What became of the job: 2xx printed, 51x and 52x never begun, anything else perhaps on paper."""
    row = pulling(printer, "star", key)
    job = held(row)
    if job is not None and request.args.get("token", str(job.id)) == str(job.id):
        finish(row, job.id, _outcome(unquote(request.args.get("code", ""))))
    return jsonify()


def _outcome(code: str) -> Outcome:
    status = _word(code)
    if code.startswith(("2", "OK")):
        return Outcome(Result.CONFIRMED, None, Status.OK, "printer")
    if code.startswith(("51", "52")):
        return Outcome(Result.FAILED, "no_answer", status)
    return Outcome(Result.UNCERTAIN, status.value if not status.can_print else "no_answer", status)


def _word(code: str) -> Status:
    """Printer Status Codes of the guide: 2xx online, 41x paper, 42x cover, the rest some trouble."""
    digits = re.match("[0-9]+", unquote(code))
    if digits is None:
        return Status.OK if code.startswith("OK") else Status.UNKNOWN
    return next((status for start, status in _CODES if digits[0].startswith(start)), Status.OFFLINE)


_CODES = (
    ("210", Status.NEAR_END), ("211", Status.NEAR_END), ("2", Status.OK), ("410", Status.PAPER_OUT),
    ("42", Status.COVER_OPEN), ("5", Status.OK),
)  # fmt: skip
