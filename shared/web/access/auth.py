"""Authentication: officers (session), devices and programs (token), the public (no access)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, Request, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from shared.domain import rights
from shared.domain.errors import Forbidden, Refusal
from shared.domain.numbering import office_day
from shared.domain.rights import Right, Scope, acts_as_device, covers
from shared.domain.standards.standard import Role
from shared.engine.people.device import digest
from shared.store.access import KnownDevice
from shared.web import screens
from shared.web.access import credentials
from shared.web.access.credentials import bearer, holder, note_seen, token
from shared.web.context import access, office_config
from shared.web.context import now as now
from shared.web.context import store as store
from shared.web.server.hosts import is_local
from shared.web.urls import came_from

P = ParamSpec("P")
R = TypeVar("R")

OFFICER, KEY = "_user_id", "session_key"
"""Of the cookie's session: whose it is, and what the server knows the browser by."""


class NotSignedIn(Refusal):
    status = 401


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions; a program without a cookie costs nothing, and files are the same for everybody."""

    def get_cookie_name(self, app: Flask) -> str:
        return credentials.name(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return credentials.is_secure()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies or _is_file(request):
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not _is_file(request) and (session or session.modified or session.accessed):
            super().save_session(app, session, response)  # type: ignore[arg-type]


def _is_file(request: Request) -> bool:
    """A script, style or picture of the program itself."""
    return request.path.startswith("/static/")


@dataclass(frozen=True, eq=False, slots=True)
class SignedIn:
    """The officer behind a session or a program's token.

    `must_choose`: they came in by a one-time password, which opens nothing but the choice of another.
    """

    id: int
    office_id: int
    name: str
    login: str
    must_choose: bool
    roles: frozenset[Role]
    scopes: frozenset[Scope] | None = None
    """Of a program's token that has some."""

    @property
    def is_authenticated(self) -> bool:
        return self is not NOBODY


NOBODY = SignedIn(0, 0, "", "", must_choose=False, roles=frozenset())


def signed_in() -> SignedIn | None:
    """Who is signed in, by the cookie of a browser or the token of a program; found once per request."""
    if "signed_in" not in g:
        g.signed_in = (_of_session() if OFFICER in session else None) or _of_program()
    return cast("SignedIn | None", g.signed_in)


current_user: SignedIn = cast(SignedIn, LocalProxy(lambda: signed_in() or NOBODY))
"""The same for pages, where somebody is signed in."""


@dataclass(frozen=True)
class Paired:
    """The device behind a token. `id` is None for an unpaired browser on the server's own machine."""

    id: int | None
    office_id: int
    purpose: str
    settings: dict[str, Any]


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.jinja_env.globals.update(may=may, current_user=current_user)


# --- guards of routes ---


def is_signed_in_here() -> bool:
    """An officer of this office asks, also one who may do nothing yet but choose a password."""
    return current_user.is_authenticated and current_user.office_id == g.office_id


def may(right: Right | str) -> bool:
    """Whether who is signed in has the right, at the counter of the address if it names one."""
    who = signed_in()
    return who is not None and _may(who, Right(right)) and covers(who.scopes, Right(right), is_question=_is_question())


def _may(who: SignedIn, right: Right) -> bool:
    number = (request.view_args or {}).get("number") if right == Right.SERVE else None
    return rights.may(right, who.roles, office_config().counter(number).roles if number else ())


def officers_only(right: Right | None = None) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Only officers of this office, with this right when one is named."""

    def guard(route: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            who = signed_in()
            if who is None:
                if wants_page():
                    return redirect(url_for(screens.of_officers().sign_in, office=g.office, next=_here()))
                raise NotSignedIn("not_signed_in")
            if who.office_id != g.office_id:
                raise Forbidden("other_office")
            if who.must_choose:
                if wants_page():
                    return redirect(url_for(screens.of_officers().new_password, office=g.office))
                raise Forbidden("must_change_password")
            if not covers(who.scopes, right, is_question=_is_question()):
                raise Forbidden("scope")
            if right is not None and not _may(who, right):
                raise Forbidden("role")
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


def wants_page() -> bool:
    """A browser asks for a page, not a program for JSON."""
    return not request.is_json and request.accept_mimetypes.accept_html and not bearer()


def is_officer_here() -> bool:
    """An officer of this office asks, who may do more than choose a password."""
    who = signed_in()
    return (
        who is not None
        and who.office_id == g.office_id
        and not who.must_choose
        and acts_as_device(who.scopes, is_question=_is_question())
    )


def _is_question() -> bool:
    return request.method in ("GET", "HEAD", "OPTIONS")


def device(purpose: str) -> Paired | None:
    """The device that asks, if it may act as `purpose` here; raises `Forbidden` when it belongs elsewhere."""
    row = holder(token())
    if row is not None:
        if row.office_id != g.office_id or row.purpose not in (purpose, "officer"):
            raise Forbidden("device")
        is_enough = acts_as_device(_scopes(row), is_question=_is_question()) and (purpose != "agent" or not row.scopes)
        if row.purpose == "officer" and not is_enough:
            raise Forbidden("scope")
        note_seen(row)
        return Paired(row.id, row.office_id, row.purpose, row.settings)
    if bearer():
        return None
    return Paired(None, g.office_id, purpose, {}) if is_local() or is_officer_here() else None


def is_paired(purpose: str) -> bool:
    """Whether the token that was shown belongs to a device of this office for `purpose`."""
    row = holder(token())
    return row is not None and row.office_id == g.office_id and row.purpose == purpose


# --- officers ---


def officer(officer_id: int, program: KnownDevice | None = None) -> SignedIn | None:
    """The officer, if they still work here. A program's token was given by an admin: it is no one-time password."""
    found = access().officer(officer_id)
    if found is None or not found[0].is_active:
        return None
    row, held = found
    office = office_config() if row.office_id == g.get("office_id") else store().office_config(row.office_id)
    today = office_day(now(), office.zone)
    roles = frozenset(one.role for one in held if one.is_held(today))
    must_choose, scopes = (row.must_change_password, None) if program is None else (False, _scopes(program))
    return SignedIn(row.id, row.office_id, row.name, row.login, must_choose, roles, scopes)


def _scopes(program: KnownDevice) -> frozenset[Scope] | None:
    return None if program.scopes is None else frozenset(Scope(str(each)) for each in program.scopes)


def _of_session() -> SignedIn | None:
    """Behind a cookie, whose session was begun for this officer and not ended."""
    if KEY not in session:
        return None
    officer_id = int(session[OFFICER])
    found = officer(officer_id)
    return found if access().is_session_running(digest(session[KEY]), officer_id) else None


def _of_program() -> SignedIn | None:
    row = holder(bearer())
    if row is None or row.officer_id is None or row.purpose != "officer":
        return None
    note_seen(row)
    return officer(row.officer_id, row)


def _here() -> str:
    """The page to come back to after signing in; for a click the one on which the button stands."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    return came_from() or ""
