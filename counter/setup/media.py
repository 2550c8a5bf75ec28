"""Setup: the pictures and videos between the calls; what comes is looked at before it is kept."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import page, setup_page
from shared.domain.errors import Invalid, Refusal
from shared.engine.setup import office as engine
from shared.web import media
from shared.web.clicks import change
from shared.web.forms import Shown, files, pressed
from shared.web.screen import office_config, sentence
from shared.web.server.limits import takes_files
from shared.web.shell import say

LARGEST_UPLOAD = media.LARGEST_VIDEO + 1_000_000
"""A video and the words of the form around it."""
MOVES = {"up": -1, "down": 1}


@setup_page("/media")
@takes_files(LARGEST_UPLOAD)
def slides() -> ResponseReturnValue:
    message, status = None, 200
    if request.method == "POST":
        try:
            _act()
            return redirect(url_for("setup.slides", saved=1), 303)
        except Refusal as error:
            message, status = sentence(error), error.status
    facts = {"media": media.media(office_config()), "image_mb": media.LARGEST_IMAGE // 10**6}
    return page("media", "media", Shown({}, {}, message), status, **facts, video_mb=media.LARGEST_VIDEO // 10**6)


def _act() -> None:
    """Raises `Invalid("medium")` for a file that cannot be shown, `Unknown("medium")`."""
    action, _, name = pressed().partition(":")
    if action == "remove":
        media.delete(office_config(), name)
        change(engine.note_file, "medium_removed", {"file": name})
    elif action in MOVES:
        media.move(office_config(), name, MOVES[action])
        change(engine.note_file, "medium_moved", {"file": name})
    else:
        _add()


def _add() -> None:
    """Each file for itself: those that can be shown are kept, and the others are named with the reason.

    Which of them took the place of another of the same name is told: the older one is gone.
    """
    chosen = files("file")
    if not chosen:
        raise Invalid("medium", fields=["file"])
    present, replaced = {each.name for each in media.media(office_config())}, list[str]()
    kept, refused = [], []
    for each in chosen:
        try:
            made = media.add(office_config(), each.filename or "", each.stream)
        except Invalid as error:
            refused.append(f"{each.filename}: {sentence(error)}")
            continue
        replaced += [made.name] if made.name in present else []
        change(engine.note_file, "medium", {"file": made.name, **({"replaced": True} if made.name in present else {})})
        present.add(made.name)
        kept.append(made.name)
    if replaced:
        say(gettext("In the place of the older file of the same name: %(files)s", files=", ".join(replaced)))
    if refused:
        raise Invalid("media_refused", refused=" ".join(refused), kept=", ".join(kept) or "–")
