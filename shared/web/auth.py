"""Authentication: officers (session), devices and programs (token), the public (no access)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import Connection, insert, update
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from shared.domain import rights
from shared.domain.actor import Actor
from shared.domain.errors import Forbidden, Invalid, Refusal
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.domain.standard import Role
from shared.engine.device import SEEN_EVERY, digest, is_offline
from shared.loop import off_the_loop
from shared.store import hot, reads
from shared.store.hot import KnownDevice
from shared.store.office import Store
from shared.store.tables import Device
from shared.web import bounds, quirks, sessions
from shared.web.hosts import is_local, is_own_origin
from shared.web.urls import came_from

P = ParamSpec("P")
R = TypeVar("R")

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, strategy="fixed-window")

IDLE = timedelta(minutes=30)
"""An officer who did nothing for this long is signed out."""
ATTEMPTS = 5
LOCKED = timedelta(minutes=5)
"""After so many wrong passwords in a row the account is locked for a while."""
SHORTEST_PASSWORD = 10
MOST_BYTES = 64_000
"""Of a request's body; what is allowed more says so (`takes_files`)."""
MOST_SETUP_BYTES = 1_000_000
DEVICE_COOKIE = "loket_device"


class NotSignedIn(Refusal):
    status = 401


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions; a program without a cookie costs no signature, and files are the same for everybody."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies or _is_file(request):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Any) -> None:
        if not _is_file(request):
            super().save_session(app, session, response)


def _is_file(request: Request) -> bool:
    """A script, style or picture of the program itself."""
    return request.path.startswith("/static/")


@dataclass(eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The officer behind a session or a program's token."""

    id: int
    office_id: int
    name: str
    login: str
    must_change_password: bool
    roles: frozenset[Role]


@dataclass(frozen=True)
class Paired:
    """The device behind a token. `id` is None for an unpaired browser on the server's own machine."""

    id: int | None
    office_id: int
    purpose: str
    settings: dict[str, Any]


def init_app(app: Flask) -> None:
    login = LoginManager(app)
    login.user_loader(lambda officer_id: _officer(int(officer_id), by_cookie=True))
    login.request_loader(_program)
    csrf.init_app(app)
    app.session_interface = Sessions()
    limiter.init_app(app)
    quirks.ask_limiter_in_decorators_only(app, limiter)
    app.jinja_env.globals["may"] = may
    app.before_request(_let_large_bodies_in)
    app.before_request(bounds.check_body)
    app.before_request(_check_csrf)
    app.before_request(_sign_out_when_idle)


def store() -> Store:
    return cast(Store, current_app.extensions["loket_store"])


def now() -> datetime:
    """The one clock of the web floor; everything below gets the time as an argument."""
    return cast(Callable[[], datetime], current_app.extensions["loket_clock"])()


def address() -> str | None:
    """Where the present request comes from."""
    return (request.remote_addr or "")[:45] or None


# --- guards of routes ---


def may(right: Right | str) -> bool:
    """Whether who is signed in has the right, at the counter of the address if it names one."""
    number = (request.view_args or {}).get("number")
    counter = store().office_config(g.office_id).counter(number).roles if number and right == Right.SERVE else ()
    return current_user.is_authenticated and rights.may(Right(right), current_user.roles, counter)


def officers_only(right: Right | None = None) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Only officers of this office, with this right when one is named."""

    def guard(route: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if not current_user.is_authenticated:
                if wants_page():
                    return redirect(url_for("counter.sign_in", office=g.office, next=_here()))
                raise NotSignedIn("not_signed_in")
            if current_user.office_id != g.office_id:
                raise Forbidden("other_office")
            if right is not None and not may(right):
                raise Forbidden("role")
            if current_user.must_change_password and wants_page():
                return redirect(url_for("counter.change_password", office=g.office))
            return route(*args, **kwargs)

        return guarded

    return guard


def devices_only(purpose: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only a device paired for this office and purpose, its officers, or a browser on the server itself."""

    def guard(route: Callable[P, R]) -> Callable[P, R]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.device = device(purpose)
            if g.device is None:
                if request.method == "GET" and wants_page():
                    return redirect(url_for("devices.page", office=g.office, purpose=purpose))  # type: ignore[return-value]
                raise NotSignedIn("not_paired")
            return route(*args, **kwargs)

        return guarded

    return guard


def machines_only(route: Callable[P, R]) -> Callable[P, R]:
    """For printers that know nothing but an address: a key in it decides who asks, no cookie does."""
    route.is_for_machines = True  # type: ignore[attr-defined]
    return route


def takes_files(most_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """This route takes more than every other one, from an admin of the office."""

    def mark(route: Callable[P, R]) -> Callable[P, R]:
        route.most_bytes = most_bytes  # type: ignore[attr-defined]
        return route

    return mark


def device(purpose: str) -> Paired | None:
    """The device that asks, if it may act as `purpose` here; raises `Forbidden` when it belongs elsewhere."""
    shown = token()
    if shown:
        row = store().ask(hot.device, digest(shown))
        if row is not None:
            if row.office_id != g.office_id or row.purpose not in (purpose, "officer"):
                raise Forbidden("device")
            _seen(row)
            return Paired(row.id, row.office_id, row.purpose, row.settings)
        if _bearer():
            return None
    if is_local() or (current_user.is_authenticated and current_user.office_id == g.office_id):
        return Paired(None, g.office_id, purpose, {})
    return None


def is_paired(purpose: str) -> bool:
    """Whether the token that was shown belongs to a device of this office for `purpose`."""
    shown = token()
    if not shown:
        return False
    row = store().ask(hot.device, digest(shown))
    return row is not None and row.office_id == g.office_id and row.purpose == purpose


def token() -> str | None:
    """What the device or program shows: a Bearer token, else the device's cookie."""
    return _bearer() or request.cookies.get(DEVICE_COOKIE)


def _seen(row: KnownDevice) -> None:
    seen_at = row.last_seen_at
    if seen_at is None or is_offline(seen_at, now(), row.lost_at) or now() - seen_at > SEEN_EVERY:
        store().write(update(Device).where(Device.id == row.id).values(last_seen_at=now()))


def wants_page() -> bool:
    """A browser asks for a page, not a program for JSON."""
    return not request.is_json and request.accept_mimetypes.accept_html and not _bearer()


# --- signing in ---


def sign_in(login: str, password: str) -> SignedIn:
    """Signs the officer in; raises `Forbidden` (`wrong_password`, `locked`), the same for an unknown name."""
    with store().read() as connection:
        row = reads.officer_by_login(connection, g.office_id, login)
    if row is None or not row.is_active:
        off_the_loop(check_password_hash, _nobody(), password)
        raise Forbidden("wrong_password")
    if row.locked_until is not None and row.locked_until > now():
        raise Forbidden("locked")
    if not off_the_loop(check_password_hash, row.password_hash, password):
        failed = row.failed_sign_ins + 1
        locked = now() + LOCKED if failed % ATTEMPTS == 0 else None
        store().change(g.office_id, _nobody_yet(), sessions.fail, row.id, row.login, failed, locked)
        raise Forbidden("wrong_password")
    officer = _officer(row.id)
    session.clear()
    login_user(officer)
    session["seen_at"] = now().timestamp()
    sessions.begin(store(), g.office_id, replace(_nobody_yet(), officer_id=row.id))
    return cast(SignedIn, officer)


def sign_out(reason: str | None = None) -> None:
    """`reason`: why, when the officer did not ask for it."""
    sessions.end_this(store(), _nobody_yet(), reason)
    logout_user()
    session.clear()


def change_password(current: str, wanted: str, repeated: str) -> None:
    """The officer's other browsers have to sign in again.

    Raises `Forbidden("wrong_password")` or `Invalid` (`password_short`, `password_same`, `password_differs`).
    """
    with store().read() as connection:
        row = reads.officer_by_id(connection, current_user.id)
    if row is None or not off_the_loop(check_password_hash, row.password_hash, current):
        raise Forbidden("wrong_password")
    if len(wanted) < SHORTEST_PASSWORD:
        raise Invalid("password_short", fields=["wanted"], shortest=SHORTEST_PASSWORD)
    if wanted != repeated:
        raise Invalid("password_differs", fields=["repeated"])
    if wanted == current:
        raise Invalid("password_same", fields=["wanted"])
    made = off_the_loop(hash_password, wanted)
    actor = replace(_nobody_yet(), officer_id=row.id)
    store().change(row.office_id, actor, sessions.new_password, made, session.get(sessions.KEY))


def _nobody_yet() -> Actor:
    """Who asks while nobody is signed in."""
    return Actor.public(now(), address=address())


def hash_password(password: str) -> str:
    return generate_password_hash(password, method="scrypt")


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Checked when the name is unknown, so that the answer takes as long as for a known one."""
    return hash_password(secrets.token_hex(8))


# --- tokens ---


def issue_token(
    connection: Connection, office_id: int, purpose: str, name: str, made_at: datetime, officer_id: int | None = None
) -> str:
    """A new token for a device or a program; only its hash is kept."""
    text = secrets.token_urlsafe(32)
    columns = {"office_id": office_id, "purpose": purpose, "name": name, "officer_id": officer_id, "made_at": made_at}
    connection.execute(insert(Device), {**columns, "token_hash": digest(text)})
    return text


def _bearer() -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def _program(_request: Any) -> SignedIn | None:
    shown = _bearer()
    if shown is None:
        return None
    row = store().ask(hot.device, digest(shown))
    return None if row is None or row.officer_id is None or row.purpose != "officer" else _officer(row.officer_id)


def _officer(officer_id: int, *, by_cookie: bool = False) -> SignedIn | None:
    """The officer, if they still work here and, behind a cookie, its session was not ended."""
    if by_cookie and not sessions.is_running(store(), officer_id):
        return None
    row = store().ask(hot.officer, officer_id)
    if row is None or not row.is_active:
        return None
    today = office_day(now(), store().office_config(row.office_id).zone)
    roles = store().ask(hot.roles, officer_id, today)
    return SignedIn(row.id, row.office_id, row.name, row.login, row.must_change_password, roles)


# --- before every request ---


def _let_large_bodies_in() -> None:
    """Before anything looks at the form, because that reads the whole body."""
    if request.content_length is not None and request.content_length <= MOST_BYTES:
        return
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "most_bytes", None)
    is_setup = request.blueprint == "setup"
    if (most or is_setup) and "office_id" in g and _is_admin_here():
        request.max_content_length = most or MOST_SETUP_BYTES


def _is_admin_here() -> bool:
    return current_user.is_authenticated and current_user.office_id == g.office_id and "admin" in current_user.roles


def _check_csrf() -> None:
    """Forms, and all that a signed-in browser sends, need the page's token; a program with a Bearer token does not."""
    if request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or _bearer():
        return
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_for_machines", False):
        return
    if request.is_json and is_own_origin(request):
        return  # our own page, whose token may be older than the session: somebody signed in beside a television
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies or DEVICE_COOKIE in request.cookies
    if request.is_json and not has_session:
        return  # another site's page cannot send JSON here without being asked first, and there is nothing to ride on
    try:
        csrf.protect()
    except CSRFError:
        if not has_session and not request.form and not request.is_json:
            raise NotSignedIn("not_signed_in") from None  # not a form: a program that forgot its token
        raise Invalid("csrf", fields=["csrf_token"]) from None


def _sign_out_when_idle() -> None:
    if "_user_id" not in session:
        return
    seen_at = datetime.fromtimestamp(session.get("seen_at", 0), UTC)
    if now() - seen_at > IDLE:
        sign_out("idle")
    elif not _asks_by_itself() and now() - seen_at > timedelta(minutes=1):
        session["seen_at"] = now().timestamp()
        sessions.seen(store(), now())


def _asks_by_itself() -> bool:
    """No hand is behind the request: a page that refreshes itself does not keep its officer signed in."""
    return "X-Quiet" in request.headers or request.path.endswith("/board.json")


def _here() -> str:
    """The page to come back to after signing in; for a click the one on which the button stands."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return came_from() or ""
