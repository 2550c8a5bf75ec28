"""Coming and going: sign in, sign out, a new password."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.blueprint import blueprint
from shared.domain.errors import Refusal
from shared.web import auth
from shared.web.auth import limiter
from shared.web.screen import office_config, sentence


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated and current_user.office_id == g.office_id:
        return redirect(url_for("counter.home"))
    return render_template("counter/sign_in.html", office=office_config())


@blueprint.post("/sign-in")
@limiter.limit("20/minute")
def do_sign_in() -> ResponseReturnValue:
    try:
        auth.sign_in(request.form.get("login", ""), request.form.get("password", ""))
    except Refusal as error:
        page = render_template("counter/sign_in.html", office=office_config(), message=sentence(error))
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
    return render_template("counter/password.html", office=office_config())


@blueprint.post("/password")
def do_change_password() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_for("counter.sign_in"))
    try:
        auth.change_password(*(request.form.get(name, "") for name in ("current", "wanted", "repeated")))
    except Refusal as error:
        page = render_template("counter/password.html", office=office_config(), message=sentence(error))
        return make_response(page, error.status)
    return redirect(url_for("counter.home"))
