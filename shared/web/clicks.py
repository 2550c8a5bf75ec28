"""What is behind every button: who asks is the actor of the change; the answer is a page, a fragment or JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, TypeVar

from flask import g, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from werkzeug.wrappers import Response

from shared.domain.actor import Actor
from shared.domain.errors import Refusal
from shared.domain.office import CounterConfig
from shared.store.office import Transaction
from shared.web.access.auth import current_user, now, signed_in, store, wants_page
from shared.web.context import address, look_again
from shared.web.forms import Shows, read
from shared.web.i18n import language
from shared.web.screen import office_config, sentence
from shared.web.shell import Toast, say
from shared.web.urls import paper_url

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class ButtonPage(Generic[T]):
    """The page on which a button stands; T is what the verbs behind it answer."""

    page: Callable[[str | None], str | Response]
    """The page, or the fragment that was asked for, with one calm line."""
    back: Callable[[T], str]
    """Where a browser goes after it was done."""
    json: Callable[[T], object] = lambda done: done
    """What a program is told; by its `facts()`, where it has such."""
    nothing: object = None
    """The line when the verb answers None because there was nothing to do; made into words only then."""
    status: int = 302
    said: Callable[[T], str | Toast | None] = lambda done: None
    """What a person is told once it was done, on the page that follows."""


def actor() -> Actor:
    """Who asks, made once per request; a counter in the address is where they act, else where they sit."""
    if "actor" not in g:
        g.actor = _actor()
    return g.actor  # type: ignore[no-any-return]


def _actor() -> Actor:
    if "device" in g:
        return Actor.device(now(), g.device.id, address=address(), language=language(), ticket_url=paper_url("/t/"))
    who = signed_in()
    if who is None or who.office_id != g.office_id:
        return Actor.public(now(), address=address(), language=language())
    return Actor.officer(
        now(),
        who.id,
        who.name,
        who.roles,
        counter_id=_counter_id(),
        address=address(),
        language=language(),
        ticket_url=paper_url("/t/"),
    )


def _counter_id() -> int | None:
    number = (request.view_args or {}).get("number")
    if number is not None:
        return office_config().counter(number).id
    here = own_counter()
    return None if here is None else here.id


def own_counter() -> CounterConfig | None:
    """Where the officer of this request sits."""
    with store().room(g.office_id, now()) as room:
        return room.counter_of(current_user.id)


def change(verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the verb answers after the commit, done in the office of this request by who asks."""
    done = store().change(g.office_id, actor(), verb, *args, **kwargs)
    look_again()
    return done


def do(
    screen: ButtonPage[T], verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs
) -> ResponseReturnValue:
    """Does what the button says, and answers as `serve` does."""
    return serve(screen, lambda: change(verb, *args, **kwargs))


def serve(screen: ButtonPage[T], work: Callable[[], T]) -> ResponseReturnValue:
    """The answer to a click: a refused one gets the fresh page and one calm line; a program gets JSON."""
    if not wants_page():
        return _as_json(screen, work())
    try:
        done = work()
    except Refusal as error:
        codes = error.facts.get("fields", error.facts.get("missing", ()))
        g.refused = [str(each) for each in codes] if isinstance(codes, (list, tuple)) else []
        return make_response(screen.page(sentence(error)), error.status)
    line = str(screen.nothing) if done is None and screen.nothing else None
    if line is None and not wants_fragment():
        say(screen.said(done))
        return redirect(screen.back(done), screen.status)
    said = screen.said(done) if line is None else line
    return make_response(screen.page(said.text if isinstance(said, Toast) else said))


def _as_json(screen: ButtonPage[T], done: T) -> ResponseReturnValue:
    if done is None:
        return "", 204
    told = screen.json(done)
    facts = getattr(told, "facts", None)  # a protocol asks the same, fifteen times as long
    return jsonify(facts() if callable(facts) else told)


def take(
    screen: ButtonPage[T], model: type[M], work: Callable[[M], T], now: Callable[[], Shows] | None = None
) -> ResponseReturnValue:
    """The same for a button that comes with fields: they are read first, and wrong ones are told like a refusal.

    `now`: what a form that changes something shows, see `forms.read`.
    """
    return serve(screen, lambda: work(read(model, now)))


def wants_fragment() -> bool:
    return "X-Fragment" in request.headers
