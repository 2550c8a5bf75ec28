"""Where somebody without a camera types the six signs of a slip: they lead to the page that its QR code opens."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shared.domain.numbering import parse_short, token_of
from shared.store import codes
from shared.web.access.auth import now, store
from shared.web.server.limits import limiter, shared_by_all

blueprint = Blueprint("phone_code", __name__, template_folder="templates")

FILES_KNOWN = timedelta(days=90)
"""For so long the code of a file that has ended is answered; its QR code always is."""
LONGEST_TYPED = 40


def _is_in_vain(response: Response) -> bool:
    """A code that opens nothing; what is no code at all guesses nothing."""
    return response.status_code == 404 and parse_short(_typed()) is not None


def _typed() -> str:
    return request.args.get("code", "")[:LONGEST_TYPED]


_count_guess = shared_by_all("codes-in-vain", "300/day", "3/day", deduct_when=_is_in_vain)


@blueprint.get("")
@limiter.limit("10/minute", exempt_when=lambda: "code" not in request.args)
@limiter.limit("30/day", deduct_when=_is_in_vain)
def page() -> ResponseReturnValue:
    """The page to type at; with `?code=` it goes on to what the code opens, if it opens anything."""
    _count_guess()
    typed = _typed()
    code = parse_short(typed)
    if code is not None:
        with store().read() as connection:
            visits = codes.of_visits_and_files(connection, now(), FILES_KNOWN)
            complaints = codes.of_complaints(connection, now(), FILES_KNOWN)
        token = token_of(code, visits | complaints)
        if token is not None:
            return redirect(url_for("phone.ticket" if token in visits else "answer.answer", token=token), 303)
    return make_response(render_template("display/code.html", typed=typed), 404 if typed else 200)
