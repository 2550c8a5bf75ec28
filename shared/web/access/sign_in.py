"""Signing in and out of a browser, and choosing another password."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Flask, after_this_request, current_app, g, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from shared.domain import password
from shared.domain.actor import Actor
from shared.domain.errors import Forbidden, Invalid
from shared.engine.people import second_factor
from shared.engine.people import session as engine
from shared.store import reads
from shared.store import second_factor as known_factor
from shared.store.tables import Officer
from shared.web.access import credentials, passwords
from shared.web.access.auth import KEY, OFFICER, SignedIn, current_user, officer
from shared.web.context import address, nobody, now, seal, store
from shared.web.server.machine import source

IDLE = timedelta(minutes=30)
"""An officer who did nothing for this long is signed out."""
HALF, HALF_LIFE_S = "half", 300
"""Of the session: whose password was right, in which office and when; so long the code may take."""
ONE_TIME = "one_time"
"""Of the session: it began with a one-time password."""
KNOWN_LIFE_S = 365 * 86400
MOST_KNOWN = 20
"""Officers that one browser remembers."""

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def init_app(app: Flask) -> None:
    app.before_request(_sign_out_when_idle)


def sign_in(login: str, typed: str) -> SignedIn | None:
    """Signs the officer in; None when a code of their telephone has to follow (`sign_in_by_code`).

    Raises `Forbidden`: `wrong_password`, the same for an unknown name and after too many tries; `one_time_lapsed` for
    the right one-time password of yesterday.
    """
    login = engine.plain_login(login)
    with store().read() as connection:
        row = reads.officer_by_login(connection, g.office_id, login)
    place = _place(row.id if row is not None else None)
    store().write_with(engine.count_try, g.office_id, login, place, now())
    is_usable = row is not None and row.is_active
    is_right = passwords.is_right(row.password_hash if row is not None and is_usable else None, typed)
    if row is None or not is_right:
        if row is not None and is_usable:
            store().change(g.office_id, nobody(), engine.wrong_password, row.id, row.login)
        raise Forbidden("wrong_password")
    if row.must_change_password and row.one_time_until is not None and row.one_time_until <= now():
        raise Forbidden("one_time_lapsed")
    if store().ask(known_factor.is_on, row.id):
        session.clear()
        session[HALF] = [row.id, g.office_id, now().timestamp()]
        return None
    return _enter(row.id, login, place)


def sign_in_by_code(typed: str) -> SignedIn:
    """The second half. Raises `Forbidden`: `wrong_code`, `wrong_password` after too many tries, `sign_in_again`."""
    row = half_signed_in()
    if row is None:
        raise Forbidden("sign_in_again")
    place = _place(row.id)
    store().write_with(engine.count_try, g.office_id, row.login, place, now())
    try:
        store().change(g.office_id, _acting(row.id), second_factor.check, row.id, typed, seal())
    except Forbidden:
        store().change(g.office_id, nobody(), engine.wrong_password, row.id, row.login)
        raise
    return _enter(row.id, row.login, place)


def half_signed_in() -> Officer | None:
    """The officer whose password was right a moment ago, and whose code is to come."""
    officer_id, office_id, at = session.get(HALF, (0, 0, 0.0))
    is_ours = office_id == g.office_id and 0 <= now().timestamp() - at <= HALF_LIFE_S
    if not is_ours:
        return None
    with store().read() as connection:
        row = reads.officer_by_id(connection, officer_id)
    return row if row is not None and row.is_active else None


def _enter(officer_id: int, login: str, place: engine.Place) -> SignedIn:
    found = officer(officer_id)
    if found is None:
        raise Forbidden("wrong_password")  # switched off in this moment
    key = secrets.token_urlsafe(18)
    store().change(g.office_id, _acting(officer_id), engine.signed_in, login, place, key, _browser())
    session.clear()
    session[OFFICER], session[KEY] = str(officer_id), key
    if found.must_choose:
        session[ONE_TIME] = True
    g.signed_in = found
    session["seen_at"] = now().timestamp()
    _remember(officer_id)
    return found


def sign_out(reason: str | None = None) -> None:
    """`reason`: why, when the officer did not ask for it."""
    with store().read() as connection:
        found = engine.find(connection, session.get(KEY, ""))
    if found is not None:
        store().change(found.office_id, _acting(found.officer_id), engine.sign_out, found.id, reason)
    session.clear()
    g.signed_in = None


def asks_current() -> bool:
    """Whether a new password needs the present one: not right after it was typed to sign in, once, to be replaced."""
    return not (current_user.must_choose and ONE_TIME in session)


def change_password(current: str, wanted: str, repeated: str) -> None:
    """The officer's other browsers and programs have to sign in again. `current` may be empty: see `asks_current`.

    Raises `Forbidden("wrong_password")` or `Invalid` (`password_short`, `password_common`, `password_same`,
    `password_differs`).
    """
    is_known = not current and not asks_current()
    row = _own_account() if is_known else require_password(current)
    office = store().office_config(row.office_id)
    fault = passwords.fault(wanted, (row.login, row.name, office.slug, office.name))
    if fault is not None:
        raise Invalid(fault, fields=["wanted"], shortest=password.SHORTEST)
    if wanted != repeated:
        raise Invalid("password_differs", fields=["repeated"])
    if wanted == current or (is_known and passwords.is_right(row.password_hash, wanted)):
        raise Invalid("password_same", fields=["wanted"])
    made = passwords.hash_aside(wanted)
    store().change(row.office_id, _acting(row.id), engine.new_password, row.id, made, session.get(KEY))
    session.pop(ONE_TIME, None)


def require_password(typed: str) -> Officer:
    """The account of who is signed in. Raises `Forbidden("wrong_password")`, also after too many tries."""
    row = _own_account()
    place = engine.Place(f"password:{row.id}", is_known=True)
    store().write_with(engine.count_try, row.office_id, row.login, place, now())
    if not passwords.is_right(row.password_hash, typed):
        raise Forbidden("wrong_password")
    store().write_with(engine.forget_tries, row.office_id, row.login, place)
    return row


def _own_account() -> Officer:
    with store().read() as connection:
        row = reads.officer_by_id(connection, current_user.id)
    if row is None:
        raise Forbidden("wrong_password")
    return row


def count_code() -> None:
    """A try to guess a code of who is signed in. Raises `Forbidden("wrong_password")` after too many."""
    place = engine.Place(f"code:{current_user.id}", is_known=True)
    store().write_with(engine.count_try, current_user.office_id, current_user.login, place, now())


def _acting(officer_id: int) -> Actor:
    """The officer who comes or goes, before or after the request is theirs."""
    return replace(nobody(), officer_id=officer_id)


def current_session_id() -> int | None:
    with store().read() as connection:
        found = engine.find(connection, session.get(KEY, ""))
    return None if found is None else found.id


# --- browsers in which an officer has signed in before ---


def _place(officer_id: int | None) -> engine.Place:
    browser, officers = _known()
    if officer_id in officers:
        return engine.Place(f"browser:{browser}", is_known=True)
    return engine.Place(source(address()))


def visitor() -> str:
    """Of whom tries are counted before a name is read: of whose password was right a moment ago, and of a browser in
    which somebody of the office once signed in, for themselves; of all others by their address, which a stranger in
    the same room may have too.
    """
    if HALF in session:
        return f"half-{session[HALF][0]}"
    browser, officers = _known()
    return f"browser:{browser}" if officers else source(address())


def _known() -> tuple[str, list[int]]:
    """This browser's own mark, and the officers who signed in here."""
    try:
        browser, officers = _signer().loads(credentials.kept(credentials.KNOWN) or "")
        return str(browser), [int(each) for each in officers]
    except (BadSignature, TypeError, ValueError):
        return secrets.token_hex(8), []


def _remember(officer_id: int) -> None:
    browser, officers = _known()
    value = _signer().dumps([browser, [officer_id, *(each for each in officers if each != officer_id)][:MOST_KNOWN]])

    @after_this_request
    def keep(response: Response) -> Response:
        credentials.keep(response, credentials.KNOWN, value, KNOWN_LIFE_S)
        return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _browser() -> str:
    """A short name that a person knows again: `Chrome, Windows`."""
    said = request.user_agent.string
    name = next((name for mark, name in _BROWSERS if mark in said), "?")
    system = re.search(r"Windows|Android|iPhone|iPad|Mac OS|Linux", said)
    return f"{name}, {system[0]}" if system else name


# --- before every request ---


def _sign_out_when_idle() -> None:
    if OFFICER not in session:
        return
    seen_at = datetime.fromtimestamp(session.get("seen_at", 0), UTC)
    if now() - seen_at > IDLE:
        sign_out("idle")
    elif not _asks_by_itself() and now() - seen_at > timedelta(minutes=1):
        session["seen_at"] = now().timestamp()
        store().write_with(engine.seen, session.get(KEY, ""), now())


def _asks_by_itself() -> bool:
    """No hand is behind the request: a page that refreshes itself does not keep its officer signed in."""
    return "X-Quiet" in request.headers or request.path.endswith("/board.json")
