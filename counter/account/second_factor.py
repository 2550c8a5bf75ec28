"""The second factor of an officer's own account: a telephone that shows codes, and codes on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.queue.click_forms import FirstCode, SignInCode
from shared.domain.errors import Refusal
from shared.domain.rights import Right
from shared.engine.people import second_factor as engine
from shared.late import late
from shared.store import second_factor as known
from shared.store.seal import Unreadable
from shared.web.access import sign_in as web
from shared.web.access.auth import current_user, may, officers_only, store
from shared.web.clicks import change
from shared.web.context import seal
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.limits import limiter

if TYPE_CHECKING:
    import segno
else:
    segno = late("segno")


@blueprint.get("/sign-in/code")
def sign_in_code() -> ResponseReturnValue:
    if web.half_signed_in() is None:
        return redirect(url_for("counter.sign_in"))
    return render_template("counter/sign_in_code.html", office=office_config())


@blueprint.post("/sign-in/code")
@limiter.limit("20/minute", key_func=web.visitor)
@described(takes=SignInCode)
def do_sign_in_code() -> ResponseReturnValue:
    wanted = session.get("wanted", "")
    try:
        web.sign_in_by_code(read(SignInCode).code)
    except Refusal as error:
        if web.half_signed_in() is None:
            return redirect(url_for("counter.sign_in"))
        page = render_template("counter/sign_in_code.html", office=office_config(), message=sentence(error))
        return make_response(page, error.status)
    return redirect(wanted or url_for("counter.home"))


@blueprint.get("/second-factor")
@officers_only()
def second_factor() -> ResponseReturnValue:
    return _page()


@blueprint.post("/second-factor")
@officers_only(Right.USE_SECOND_FACTOR)
def begin_second_factor() -> ResponseReturnValue:
    change(engine.begin, current_user.id, seal())
    return redirect(url_for("counter.second_factor"))


@blueprint.post("/second-factor/confirm")
@officers_only(Right.USE_SECOND_FACTOR)
@limiter.limit("20/minute")
@described(takes=FirstCode)
def confirm_second_factor() -> ResponseReturnValue:
    """The codes for paper stand in this answer alone."""
    try:
        form = read(FirstCode)
        web.require_password(form.current)
        paper = change(engine.confirm, current_user.id, form.code, seal())
    except Refusal as error:
        return make_response(_page(message=sentence(error)), error.status)
    return _page(paper=paper)


@blueprint.post("/second-factor/end")
@officers_only()
@limiter.limit("20/minute")
@described(takes=SignInCode)
def end_second_factor() -> ResponseReturnValue:
    try:
        web.count_code()
        change(engine.end, current_user.id, read(SignInCode).code, seal())
    except Refusal as error:
        return make_response(_page(message=sentence(error)), error.status)
    return redirect(url_for("counter.second_factor"))


def _page(message: str | None = None, paper: list[str] | None = None) -> str:
    found = store().ask(known.factor, current_user.id)
    is_on = found is not None and found.confirmed_at is not None
    picture, secret = None, ""
    if found is not None and not is_on and current_user.scopes is None:
        try:
            secret = seal().open(found.secret)
        except Unreadable:
            found = None  # it was never confirmed: another is made
        else:
            address = engine.address(secret, current_user.login, office_config().name)
            picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=4)
    facts = {"found": found, "is_on": is_on, "picture": picture, "secret": secret, "paper": paper, "message": message}
    allowed = may(Right.USE_SECOND_FACTOR)
    return render_template("counter/second_factor.html", office=office_config(), may_have=allowed, **facts)
