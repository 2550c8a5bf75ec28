"""Signing in, signing out, choosing a new password."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.queue.click_forms import Credentials, NewPassword
from shared.domain import password
from shared.domain.errors import Refusal
from shared.web.access import sign_in as web
from shared.web.access.auth import is_signed_in_here
from shared.web.access.csrf import own_origin_is_enough
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.limits import limiter


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if is_signed_in_here():
        return redirect(url_for("counter.home"))
    return render_template("counter/sign_in.html", office=office_config())


@blueprint.post("/sign-in")
@limiter.limit("20/minute", key_func=web.visitor)
@described(takes=Credentials)
@own_origin_is_enough
def do_sign_in() -> ResponseReturnValue:
    try:
        form = read(Credentials)
        is_in = web.sign_in(form.login, form.password) is not None
    except Refusal as error:
        page = render_template("counter/sign_in.html", office=office_config(), message=sentence(error))
        return make_response(page, error.status)
    wanted = request.args.get("next", "")
    is_ours = wanted.startswith(f"/{g.office}/counter") and "//" not in wanted and wanted.isprintable()
    if not is_in:
        session["wanted"] = wanted if is_ours else ""
        return redirect(url_for("counter.sign_in_code"))
    return redirect(wanted if is_ours else url_for("counter.home"))


@blueprint.post("/sign-out")
@own_origin_is_enough
def sign_out() -> ResponseReturnValue:
    web.sign_out()
    return redirect(url_for("counter.sign_in"))


@blueprint.get("/password")
def change_password() -> ResponseReturnValue:
    if not is_signed_in_here():
        return redirect(url_for("counter.sign_in"))
    return _password_page()


@blueprint.post("/password")
@limiter.limit("20/minute", key_func=web.visitor)
@described(takes=NewPassword)
def do_change_password() -> ResponseReturnValue:
    if not is_signed_in_here():
        return redirect(url_for("counter.sign_in"))
    try:
        form = read(NewPassword)
        web.change_password(form.current, form.wanted, form.repeated)
    except Refusal as error:
        return make_response(_password_page(sentence(error)), error.status)
    return redirect(url_for("counter.home"))


def _password_page(message: str | None = None) -> str:
    shortest = password.SHORTEST
    facts = {"shortest": shortest, "message": message, "asks_current": web.asks_current()}
    return render_template("counter/password.html", office=office_config(), **facts)
