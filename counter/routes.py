"""The officers' pages: sign in, choose a counter, the panel; each click is one POST and one engine function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.panel import panel as read_panel
from shared.domain.errors import Invalid, NotAllowed, Refusal
from shared.domain.ticket import Action
from shared.engine import officer
from shared.store import reads
from shared.web import auth
from shared.web.api import Act, body
from shared.web.auth import limiter, now, officers_only, store
from shared.web.screen import sentence, setup

blueprint = Blueprint("counter", __name__, template_folder="templates")
BLUEPRINTS = ((blueprint, "/<office>/counter"),)

DESK_ROLES = ("loket", "operator", "kasi", "sekretariat", "admin")


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated and current_user.office_id == g.office_id:
        return redirect(url_for("counter.home"))
    return render_template("counter/sign_in.html", setup=setup())


@blueprint.post("/sign-in")
@limiter.limit("20/minute")
def do_sign_in() -> ResponseReturnValue:
    try:
        auth.sign_in(request.form.get("login", ""), request.form.get("password", ""))
    except Refusal as error:
        page = render_template("counter/sign_in.html", setup=setup(), message=sentence(error))
        return make_response(page, error.status)
    wanted = request.args.get("next", "")
    is_ours = wanted.startswith(f"/{g.office}/counter") and "//" not in wanted
    return redirect(wanted if is_ours else url_for("counter.home"))


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    auth.sign_out()
    return redirect(url_for("counter.sign_in"))


@blueprint.get("/password")
def change_password() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("counter.sign_in"))
    return render_template("counter/password.html", setup=setup())


@blueprint.post("/password")
def do_change_password() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("counter.sign_in"))
    try:
        auth.change_password(*(request.form.get(name, "") for name in ("current", "wanted", "repeated")))
    except Refusal as error:
        page = render_template("counter/password.html", setup=setup(), message=sentence(error))
        return make_response(page, error.status)
    return redirect(url_for("counter.home"))


@blueprint.get("")
@officers_only()
def home() -> str:
    with store().read() as connection:
        seats = reads.seats(connection, g.office_id)
    return render_template("counter/home.html", setup=setup(), seats=seats)


@blueprint.get("/<int:number>")
@officers_only(*DESK_ROLES)
def panel(number: int) -> str:
    """The counter's page; as a fragment for the page that is already open."""
    template = "counter/_panel.html" if _wants_fragment() else "counter/page.html"
    return render_template(template, setup=setup(), panel=read_panel(number))


@blueprint.post("/<int:number>/open")
@officers_only(*DESK_ROLES)
def open_counter(number: int) -> ResponseReturnValue:
    return _click(number, lambda: store().change(g.office_id, officer.sit, number, current_user.id, now()))


@blueprint.post("/<int:number>/close")
@officers_only(*DESK_ROLES)
def close_counter(number: int) -> ResponseReturnValue:
    store().change(g.office_id, officer.leave, number, current_user.id, now())
    return redirect(url_for("counter.home"))


@blueprint.post("/<int:number>/next")
@officers_only(*DESK_ROLES)
def call_next(number: int) -> ResponseReturnValue:
    return _click(number, lambda: store().change(g.office_id, officer.call_next, number, current_user.id, now()))


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/<action>")
@officers_only(*DESK_ROLES)
def act(number: int, ticket_id: int, action: str) -> ResponseReturnValue:
    try:
        wanted = Action(action)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None
    said = body(Act)
    return _click(
        number,
        lambda: store().change(
            g.office_id,
            officer.act,
            number,
            ticket_id,
            wanted,
            current_user.id,
            now(),
            reason=said.reason,
            to_counter=said.to_counter,
        ),
    )


def _click(number: int, change: Callable[[], dict[str, Any] | None]) -> ResponseReturnValue:
    """Does it and answers as asked: JSON, panel or page. A stale click gets the fresh panel and one calm line."""
    if not auth.wants_page():
        ticket = change()
        return ("", 204) if ticket is None else jsonify(ticket)
    status, message = 200, None
    try:
        change()
    except NotAllowed as error:
        status, message = error.status, sentence(error)
    if _wants_fragment():
        fragment = render_template("counter/_panel.html", setup=setup(), panel=read_panel(number), message=message)
        return make_response(fragment, status)
    if message is not None:
        page = render_template("counter/page.html", setup=setup(), panel=read_panel(number), message=message)
        return make_response(page, status)
    return redirect(url_for("counter.panel", number=number))


def _wants_fragment() -> bool:
    return request.headers.get("X-Fragment") == "panel"
