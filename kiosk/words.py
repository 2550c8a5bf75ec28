"""Words and pictures of the kiosk's page: it carries both languages, because it must go on without the server."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from shared.web.i18n import Catalogues
from shared.words import LANGUAGES

ICONS = Path(__file__).resolve().parents[1] / "shared/web/static/vendor/icons"
NO_ICON = "file-text"


class BothLanguages:
    """Writes a text in both languages into the page; the script shows the one that the visitor chose."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def say(self, key: str) -> Markup:
        """The words of the catalogue."""
        return self.both(*(self._catalogues.text(language, key) for language in LANGUAGES))

    def both(self, indonesian: str, english: str | None) -> Markup:
        """What the office wrote itself; Indonesian where it wrote no English."""
        return Markup('<span data-id="{0}" data-en="{1}">{0}</span>').format(indonesian, english or indonesian)

    def label(self, key: str) -> Markup:
        """The words of the catalogue as the name of a control that shows only a picture."""
        indonesian, english = (self._catalogues.text(language, key) for language in LANGUAGES)
        return Markup('aria-label="{0}" data-label-id="{0}" data-label-en="{1}"').format(indonesian, english)


@lru_cache(maxsize=256)
def picture(name: str) -> Markup:
    """A lucide icon as SVG in the page, in the colour of the text around it; a plain sheet when there is none such."""
    path = ICONS / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        path = ICONS / f"{NO_ICON}.svg"
    drawing = re.sub(r"<!--.*?-->", "", path.read_text(), flags=re.DOTALL)
    shapes = " ".join(drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.index("</svg>")].split())
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{shapes}</svg>'
    )
