"""The language of an answer: which one, and the words of every screen in it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Flask, g, request
from flask_babel import Babel, Domain, format_decimal, get_locale
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from shared.web import quirks
from shared.words import LANGUAGES, texts


class Catalogues(Domain):  # type: ignore[misc]
    """All `locale/<language>/LC_MESSAGES/messages.po` of the given folders, as one dict per language."""

    def __init__(self, folders: list[Path]) -> None:
        super().__init__()
        self._languages = {language: texts(tuple(folders), language) for language in LANGUAGES}

    def gettext(self, string: str, **variables: object) -> str:
        locale = get_locale()
        text = self.text(locale.language if locale else "id", string)
        return text % variables if variables else text

    def has(self, language: str, key: str) -> bool:
        return key in self._languages[language]

    def text(self, language: str, key: str) -> str:
        """The words of one language, whatever the request's own is; for pages that carry both."""
        return self._languages[language].get(key, key)


def init_app(app: Flask, folders: list[Path]) -> Catalogues:
    words = Catalogues(folders)
    quirks.leave_the_world_out()
    Babel(app, default_locale="id", default_timezone="Asia/Jakarta", locale_selector=language)
    app.extensions["babel"].instance.domain_instance = words  # also before a request is matched: "no such office"
    app.jinja_env.globals.update(t=words.gettext, language=language)
    app.jinja_env.filters["tenths"] = lambda number: format_decimal(number, "0.0")  # 3,5 in Indonesian
    return words


def language() -> str:
    """`?lang=`, else what the page chose before (`g.language`, the cookie), else Indonesian.

    Browsers in an Indonesian office are often set to English, so only programs are asked for Accept-Language.
    """
    said = request.environ  # to miss something in Werkzeug's own dicts takes ten times as long
    asked = (request.args.get("lang") if request.args else None) or g.get("language")
    if asked is None and request.cookies:
        asked = request.cookies.get("lang")
    if asked is None:
        asked = _of_program(said.get("HTTP_ACCEPT", ""), said.get("HTTP_ACCEPT_LANGUAGE", ""))
    return asked if asked in LANGUAGES else "id"


@lru_cache(maxsize=64)
def _of_program(accept: str, accept_language: str) -> str | None:
    """What a program prefers; None for a browser. The same few headers come with every request."""
    if parse_accept_header(accept, MIMEAccept).accept_html:
        return None
    return parse_accept_header(accept_language, LanguageAccept).best_match(LANGUAGES)
