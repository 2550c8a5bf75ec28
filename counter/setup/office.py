"""Setup: who the office is; name, address, letterhead, pledge, time zone, its arms and its colour."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, page, plain, setup_page
from shared.domain.channel import ChannelKind
from shared.domain.colour import OWN_COLOUR, is_colour, palette
from shared.domain.errors import Invalid
from shared.engine.setup import office as engine
from shared.printing.logo import prepared
from shared.web.clicks import change
from shared.web.forms import Shown, file, is_pressed, read
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.limits import takes_files

LARGEST_LOGO_MB = 10
"""What a phone's camera makes."""
COLOURS = {
    "blue": OWN_COLOUR,
    "teal": "#00695c",
    "green": "#2e6b1f",
    "maroon": "#8c1d2f",
    "brown": "#6d4326",
    "purple": "#5b2a86",
    "slate": "#37474f",
}
ZONES = {
    "Asia/Jakarta": "WIB (Jakarta)",
    "Asia/Pontianak": "WIB (Pontianak)",
    "Asia/Makassar": "WITA (Makassar)",
    "Asia/Jayapura": "WIT (Jayapura)",
}
"""As people call them."""
FIELDS = ("address", "phone", "email", "web", "letterhead", "pledge", "complaint")


@setup_page("/office")
@described(takes=engine.OfficeForm)
def office() -> ResponseReturnValue:
    return edit(
        "office",
        "office",
        engine.OfficeForm,
        present,
        lambda w: change(engine.change_office, w),
        **_choices(),
    )


def _choices() -> dict[str, object]:
    kinds = [(kind.value, gettext(f"complaint_channel.{kind.value}")) for kind in ChannelKind]
    return {"zones": list(ZONES.items()), "logo_mb": LARGEST_LOGO_MB, "channel_kinds": kinds, **_colours()}


def present() -> dict[str, object]:
    known = {key: office_config().profile[key] for key in FIELDS if key in office_config().profile}
    known["letterhead"] = "\n".join(known.get("letterhead", ()))
    return {"name": office_config().name, "timezone": office_config().zone.key, **known}


@setup_page("/office/logo", methods=["POST"])
@takes_files(LARGEST_LOGO_MB * 10**6 + 100_000)
def logo() -> ResponseReturnValue:
    """Takes a new picture, or takes the present one away."""
    chosen = file("logo")
    try:
        if is_pressed("remove"):
            change(engine.change_logo, None)
        elif chosen is None:
            raise Invalid("logo_missing", fields=["logo"])
        else:
            pictures = prepared(chosen.read())
            change(engine.change_logo, pictures.grey, pictures.colour)
    except Invalid as error:
        shown = Shown(plain(present()), {("logo",): sentence(error)})
        return page("office", "office", shown, error.status, **_choices())
    return redirect(url_for("setup.office", saved=1), 303)


@setup_page("/office/colour", methods=["POST"])
@described(takes=engine.ColourForm)
def colour() -> ResponseReturnValue:
    """The colour of all screens; without one, the program's own."""
    try:
        change(engine.change_colour, read(engine.ColourForm))
    except Invalid as error:
        shown = Shown(plain(present()), {("colour",): sentence(error)})
        return page("office", "office", shown, error.status, **_choices())
    return redirect(url_for("setup.office", saved=1), 303)


def _colours() -> dict[str, object]:
    """The colour that the address proposes, else the present one, with what the screens make of it."""
    asked = request.args.get("colour", "").strip().lower()
    chosen = asked if is_colour(asked) else str(office_config().profile.get("colour") or OWN_COLOUR)
    return {
        "colour": chosen,
        "shades": palette(chosen),
        "is_proposed": chosen != office_config().profile.get("colour", OWN_COLOUR),
        "colours": COLOURS,
    }
