"""Words: the catalogues of every screen, read once; which language an answer is in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, format_decimal, get_locale, gettext

from shared.web import quirks

LANGUAGES = ("id", "en")
"""Indonesian is the default; English on request. Others only with words by a native speaker."""


class Catalogues(Domain):  # type: ignore[misc]
    """All `locale/<language>/LC_MESSAGES/messages.po` of the given folders, as one catalogue per language."""

    def __init__(self, folders: list[Path]) -> None:
        super().__init__()
        self._languages = {language: merged(tuple(folders), language) for language in LANGUAGES}

    def get_translations(self) -> NullTranslations:
        return self._languages[str(get_locale() or "id")]

    def has(self, language: str, key: str) -> bool:
        return quirks.has_message(self._languages[language], key)

    def text(self, language: str, key: str) -> str:
        """The words of one language, whatever the request's own is; for pages that carry both."""
        return str(self._languages[language].gettext(key))


def catalogue(folder: Path, language: str) -> Catalog:
    """The catalogue of one folder, with its messages and where they stand."""
    with (folder / "locale" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def merged(folders: tuple[Path, ...], language: str) -> Translations:
    merged = Translations()
    for folder in folders:
        if (folder / "locale").is_dir():
            quirks.add_messages(merged, catalogue(folder, language))
    return merged


def init_app(app: Flask, folders: list[Path]) -> Catalogues:
    words = Catalogues(folders)
    Babel(app, default_locale="id", default_timezone="Asia/Jakarta", locale_selector=language)
    app.extensions["babel"].instance.domain_instance = words  # also before a request is matched: "no such office"
    app.jinja_env.globals.update(t=gettext, language=language)
    app.jinja_env.filters["tenths"] = lambda number: format_decimal(number, "0.0")  # 3,5 in Indonesian
    return words


def language() -> str:
    """`?lang=`, else what the page chose before (`g.language`, the cookie), else Indonesian.

    Browsers in an Indonesian office are often set to English, so only programs are asked for Accept-Language.
    """
    asked = request.args.get("lang") or g.get("language") or request.cookies.get("lang")
    if asked is None and not request.accept_mimetypes.accept_html:
        asked = request.accept_languages.best_match(LANGUAGES)
    return asked if asked in LANGUAGES else "id"
