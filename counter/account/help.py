"""Help inside: what each page is for, the day of each role, the keys, and a short tour of the desk for newcomers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.blueprint import blueprint
from counter.queue.panel import KEYS
from counter.setup.page import THEMES
from shared.domain.errors import Unknown
from shared.domain.queue.ticket import Action
from shared.domain.rights import Right
from shared.domain.rights import may as role_may
from shared.domain.standards.standard import Role
from shared.engine.people import tour as engine
from shared.web.access.auth import current_user, may, officers_only, store
from shared.web.bounds import query_number
from shared.web.clicks import change
from shared.web.help_places import TOPICS, HelpTopic
from shared.web.screen import office_config

ROLES = (Role.LOKET, Role.OPERATOR, Role.KASI, Role.SEKRETARIAT, Role.KASIR, Role.CAMAT, Role.ADMIN)
"""Those whose day is told; whoever holds another reads the camat's."""

TOUR = (
    ("desk", "house", None),
    ("setup", "settings", Right.CHANGE_SETUP),
    ("counter", "user-round", Right.SERVE),
    ("undo", "undo-2", Right.SERVE),
    ("files", "inbox", Right.SEE_FILES),
    ("floor", "radar", Right.RUN_FLOOR),
    ("search", "search", Right.SEE_FILES),
    ("help", "circle-question-mark", None),
)
"""The cards: the catalogues' `tour.<name>`, a picture, and who is shown it. A slow reader needs 20 s for each."""


@dataclass(frozen=True, slots=True)
class TourCard:
    """`number` of `count`; the card after it, 0 when this is the last."""

    words: str
    picture: str
    number: int
    count: int

    @property
    def following(self) -> int:
        return self.number + 1 if self.number < self.count else 0


@blueprint.get("/help")
@officers_only()
def help_page() -> str:
    """The day of the officer's own first role, and all pages that they may open."""
    mine = [role for role in ROLES if role in current_user.roles and role != Role.ADMIN]
    return _role(Role.ADMIN if Role.ADMIN in current_user.roles else mine[0] if mine else Role.CAMAT)


@blueprint.get("/help/role/<name>")
@officers_only()
def help_of_role(name: str) -> str:
    found = next((role for role in ROLES if role.value == name), None)
    if found is None:
        raise Unknown("page")
    return _role(found)


@blueprint.get("/help/<topic>")
@officers_only()
def help_topic(topic: str) -> str:
    """One page: what it is for. "keys" is the list of keys."""
    if topic != "keys" and topic not in {each.key for each in TOPICS}:
        raise Unknown("page")
    return _page(None, [each for each in TOPICS if each.key == topic], has_keys=topic in ("keys", "panel"))


@blueprint.post("/tour/end")
@officers_only()
def end_tour() -> ResponseReturnValue:
    """The desk shows the cards no more to this officer."""
    change(engine.end)
    return redirect(url_for("counter.home"))


def tour() -> TourCard | None:
    """The card that the desk shows now: to who has not ended the tour yet, or asked for it again."""
    wanted = query_number("tour", 1, len(TOUR)) or 0
    if not wanted:
        with store().read() as connection:
            if engine.is_over(connection, current_user.id):
                return None
    cards = [(name, picture) for name, picture, right in TOUR if right is None or may(right)]
    place = min(max(wanted, 1), len(cards))
    name, picture = cards[place - 1]
    return TourCard(gettext(f"tour.{name}"), picture, place, len(cards))


def _role(role: Role) -> str:
    topics = [each for each in TOPICS if each.right is None or role_may(each.right, {role})]
    return _page(role, topics, has_keys=role_may(Right.SERVE, {role}))


def _page(role: Role | None, topics: list[HelpTopic], *, has_keys: bool) -> str:
    return render_template(
        "counter/help.html",
        office=office_config(),
        role=role,
        roles=ROLES,
        topics=topics,
        themes=THEMES if len(topics) == 1 and topics[0].key == "setup" else (),
        keys=[(key, _key_words(name)) for name, key in KEYS.items()] if has_keys else [],
        is_one=role is None,
        here=request.path,
    )


def _key_words(name: str) -> str:
    is_action = name in {action.value for action in Action} and name != "undo"
    return str(gettext(f"action.{name}" if is_action else f"help_key.{name}"))
