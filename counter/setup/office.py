"""Setup: who the office is; name, address, letterhead, pledge, time zone, and the picture on its slips."""

from __future__ import annotations

import base64

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, page, plain, setup_page
from shared.domain.channel import ChannelKind
from shared.domain.errors import Invalid, Unknown
from shared.domain.standard_check import TIMEZONES
from shared.engine import setup as engine
from shared.printing.logo import prepared
from shared.web.clicks import change
from shared.web.forms import Shown, file, is_pressed
from shared.web.limits import takes_files
from shared.web.openapi import described
from shared.web.screen import office_config, sentence

LARGEST_LOGO_MB = 10
"""What a phone's camera makes."""
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
    return {"zones": TIMEZONES, "logo_mb": LARGEST_LOGO_MB, "channel_kinds": kinds}


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
            change(engine.change_logo, prepared(chosen.read()))
    except Invalid as error:
        shown = Shown(plain(present()), {("logo",): sentence(error)})
        return page("office", "office", shown, error.status, **_choices())
    return redirect(url_for("setup.office", saved=1), 303)


@setup_page("/office/logo.png", methods=["GET"])
def logo_picture() -> Response:
    picture = office_config().profile.get("logo")
    if not picture:
        raise Unknown("logo")
    return Response(base64.b64decode(picture), content_type="image/png")
