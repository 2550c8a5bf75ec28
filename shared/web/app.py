"""The app: the only place that knows that there are three screens; each brings its routes, words and files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, current_app, render_template, send_from_directory, url_for
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import words
from shared.engine.queue.forecast import Forecasts
from shared.store.office import Store
from shared.store.seal import Seal
from shared.voice.clips import Voice
from shared.web import bounds, boxes, brand, forms, i18n, quirks, screen, shell
from shared.web.access import auth, credentials, csrf, devices, sign_in
from shared.web.live import Live
from shared.web.printers import agents, epson, paper, star
from shared.web.public import complaints, figures, published
from shared.web.public import pages as public
from shared.web.public import survey as survey_published
from shared.web.screens import Screen
from shared.web.server import hosts, limits
from shared.web.server.clock import ClockWatch
from shared.web.server.uploads import UploadRequest
from shared.web.settings import Settings

SCREENS = ("kiosk", "display", "counter")
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"shared": ROOT / "shared/web", **{name: ROOT / name for name in SCREENS}}
"""Who brings pages, words and files."""
KEPT_S = 365 * 24 * 60 * 60


class App(Flask):
    """Flask without async: asking each route and hook at every request whether it is took 0.02 ms."""

    request_class = UploadRequest

    def ensure_sync(self, func: Callable[..., object]) -> Callable[..., object]:
        return func


def create_app(
    settings: Settings,
    store: Store | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    **live_options: object,
) -> Flask:
    """The whole program as one WSGI app. `clock`: aware moments; `live_options`: Flask-SocketIO's (async_mode ...)."""
    app = App("shared.web", static_folder=None)
    quirks.write_addresses_late(app)
    app.config.update(
        SECRET_KEY=settings.secret_key(),
        SESSION_COOKIE_NAME=credentials.SESSION,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=limits.MOST_BYTES,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=limits.STORAGE if settings.redis_url else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_SWALLOW_ERRORS=bool(settings.redis_url),  # of several that wait when Redis goes, one begins to count
        BUILD=_build(),
        VERSION=version("loket"),
    )
    store = store or Store(settings.database())
    app.extensions.update(
        loket_store=store,
        loket_clock=clock,
        loket_clock_watch=ClockWatch(),
        loket_settings=settings,
        loket_offices={},
        loket_root=ROOT,
    )
    app.extensions["loket_words"] = i18n.init_app(app, [words.FOLDER, *FOLDERS.values()])
    bounds.init_app(app)
    forms.init_app(app)
    hosts.init_app(app)
    screen.init_app(app)
    shell.init_app(app)
    brand.init_app(app)
    boxes.init_app(app)
    auth.init_app(app)
    limits.init_app(app)
    csrf.init_app(app)
    sign_in.init_app(app)
    app.extensions["loket_seal"], store.server_key = Seal(app.config["SECRET_KEY"]), app.config["SECRET_KEY"]
    app.extensions["loket_forecasts"] = Forecasts(store)
    app.extensions["loket_voice"] = Voice(settings.data / "voice")
    app.extensions["loket_live"] = Live(app, store, clock, settings.redis_url, **live_options)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(brand.blueprint)
    app.register_blueprint(published.blueprint)
    app.register_blueprint(survey_published.blueprint)
    app.register_blueprint(figures.blueprint)
    app.register_blueprint(devices.blueprint)
    app.register_blueprint(paper.blueprint)
    app.register_blueprint(complaints.blueprint)
    app.register_blueprint(complaints.answers, url_prefix="/a")
    for each in (agents, epson, star):
        app.register_blueprint(each.blueprint)
    screens: tuple[Screen, ...] = tuple(import_module(f"{name}.routes").SCREEN for name in SCREENS)
    app.extensions["loket_screens"] = screens
    for one in screens:
        for blueprint, prefix in one.blueprints:
            app.register_blueprint(blueprint, url_prefix=prefix)
    app.add_url_rule(f"/static/<build>/<any({','.join(FOLDERS)}):place>/<path:filename>", "static", _file)
    app.jinja_env.bytecode_cache = PageCache(settings.data / "templates")
    app.jinja_env.globals.update(asset=_asset, icon=_icon, render=render_template)
    if settings.secure_cookies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app


class PageCache(FileSystemBytecodeCache):
    """Pages are compiled once, not at the first visit after every start; a disk that refuses costs only that."""

    def __init__(self, folder: Path) -> None:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _file(build: str, place: str, filename: str) -> Response:
    """A browser keeps the file of the present build and never asks for it again."""
    is_present = build == current_app.config["BUILD"]
    return send_from_directory(FOLDERS[place] / "static", filename, max_age=KEPT_S if is_present else None)


def _asset(place: str, filename: str) -> str:
    """The address of a script, style or picture. It changes with every build, and with it what the file loads itself:
    scripts and styles name their neighbours relatively.
    """
    return url_for("static", build=current_app.config["BUILD"], place=place, filename=filename)


def _icon(name: str) -> str:
    return _asset("shared", f"vendor/icons/{name}.svg")


@cache
def _build() -> str:
    """What a screen compares to know that it is older than the server: a digest of pages, scripts and styles."""
    digest = hashlib.sha256(version("loket").encode())
    digest.update((ROOT / "package-lock.json").read_bytes())  # for what stands in "vendor"
    for folder in FOLDERS.values():
        for kind in ("templates", "static"):
            for place, inner, files in os.walk(folder / kind):
                inner[:] = sorted(set(inner) - {"vendor"})
                for name in sorted(files):
                    digest.update(Path(place, name).read_bytes())
    return digest.hexdigest()[:12]
