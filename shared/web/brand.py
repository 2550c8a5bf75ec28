"""The office's arms and colour, for every screen: one picture and one small stylesheet, open to everybody."""

from __future__ import annotations

import base64
from pathlib import Path

from flask import Blueprint, Flask, Response, url_for

from shared.domain.colour import OWN_COLOUR, palette
from shared.domain.errors import Unknown
from shared.domain.office import OfficeConfig
from shared.web.screen import office_config

blueprint = Blueprint("brand", __name__)
KEPT_S = 24 * 60 * 60
"""Their addresses change with the setup."""
_SHEET = """:root:not([data-theme="dark"]) {{ --brand: {light}; --brand-ink: {light_ink}; }}
:root {{ --call: {light}; --call-ink: {light_ink}; }}
[data-theme="light"] {{ --call: {light}; --call-ink: {light_ink}; }}
[data-theme="dark"] {{ --brand: {dark}; --brand-ink: {dark_ink}; --call: {light}; --call-ink: {light_ink}; }}
@media (prefers-color-scheme: dark) {{ :root[data-theme="auto"] {{ --brand: {dark}; --brand-ink: {dark_ink}; }} }}
.plain .call {{ background: {light}; color: {light_ink}; }}
"""
"""The last rule is for engines that know no custom properties."""
_ICON = Path(__file__).with_name("static") / "icon.svg"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(arms_of=arms_of, colours_of=colours_of, icon_of=icon_of, colour_of=colour_of)


def arms_of(office: OfficeConfig | None) -> str | None:
    """The address of the office's arms; None when it has none."""
    is_there = isinstance(office, OfficeConfig) and _picture(office)
    return url_for("brand.arms", office=office.slug, v=office.version) if office and is_there else None


def colours_of(office: OfficeConfig | None) -> str | None:
    """The address of the stylesheet with the office's colour; None when it has chosen none."""
    is_there = isinstance(office, OfficeConfig) and office.profile.get("colour")
    return url_for("brand.colours", office=office.slug, v=office.version) if office and is_there else None


def icon_of(office: OfficeConfig | None) -> str | None:
    """The address of the browser's small picture in the office's colour; None when it has chosen none."""
    return url_for("brand.icon", office=office.slug, v=office.version) if office and colours_of(office) else None


def colour_of(office: OfficeConfig) -> str:
    """The office's colour as it can be read on a light ground."""
    chosen = office.profile.get("colour")
    return palette(str(chosen)).light if chosen else OWN_COLOUR


@blueprint.get("/<office>/arms.png")
def arms() -> Response:
    picture = _picture(office_config())
    if not picture:
        raise Unknown("logo")
    return _kept(Response(base64.b64decode(picture), content_type="image/png"))


@blueprint.get("/<office>/colours.css")
def colours() -> Response:
    chosen = office_config().profile.get("colour")
    if not chosen:
        raise Unknown("page")
    found = palette(str(chosen))
    facts = {name: getattr(found, name) for name in ("light", "light_ink", "dark", "dark_ink")}
    return _kept(Response(_SHEET.format(**facts), content_type="text/css; charset=utf-8"))


@blueprint.get("/<office>/icon.svg")
def icon() -> Response:
    drawn = _ICON.read_text().replace(OWN_COLOUR, colour_of(office_config()))
    return _kept(Response(drawn, content_type="image/svg+xml"))


def _picture(office: OfficeConfig) -> str | None:
    found = office.profile.get("arms") or office.profile.get("logo")
    return str(found) if found else None


def _kept(response: Response) -> Response:
    response.cache_control.max_age = KEPT_S
    response.cache_control.public = True
    return response
