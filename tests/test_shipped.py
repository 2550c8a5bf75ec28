"""What is shipped holds its promises: migrations make the tables, lock files are whole, pages suit old televisions."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import String, create_engine

from shared.store.tables import Base
from shared.web.app import SCREENS

ROOT = Path(__file__).resolve().parents[1]
WORD_FOLDERS = [ROOT / "shared/web", *(ROOT / screen for screen in SCREENS)]


# database


def test_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _differs})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()

    assert differences == []


def _differs(context: MigrationContext, _column: object, _meta: object, present: object, wanted: object) -> bool | None:
    """SQLite keeps no length of a text, and a table is not made anew for it; None: as Alembic finds."""
    is_text = isinstance(present, String) and isinstance(wanted, String)
    return False if is_text and context.dialect.name == "sqlite" else None


# papers


@pytest.mark.parametrize("paper", ["README.md", "CONTRIBUTING.md"])
def test_a_path_or_a_name_that_a_paper_mentions_is_there(paper: str) -> None:
    text = (ROOT / paper).read_text()
    paths = set(re.findall(r"`((?:shared|kiosk|display|counter|tests|\.ci)/[\w./-]+)`", text))
    placed = re.findall(r"`((?:shared|counter)/[\w/]+\.py)` `(\w+)(?:\.(\w+))?`", text)
    gone = [f"{file}: {name}" for file, *names in placed for name in names if name not in (ROOT / file).read_text()]

    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    assert gone == []


# what is shipped


def test_lock_files_name_no_host() -> None:
    for name in ("requirements.lock", "build.lock"):
        assert "://" not in (ROOT / name).read_text(), name
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert "://" not in (ROOT / ".npmrc").read_text()


LOADED_BY_OTHERS = {
    "gevent-websocket": "geventwebsocket",
    "pillow": "PIL",
    "psycopg": "SQLAlchemy, for postgresql+psycopg URLs",
    "python-docx": "docx",
    "python-escpos": "escpos",
    "redis": "Flask-SocketIO, when LOKET_REDIS_URL is set",
    "tzdata": "zoneinfo, where the system has no time zones",
    "websocket-client": "python-engineio, in the print agent's live line",
}
"""Declared package -> the module that it brings, or who loads it."""


def test_what_is_declared_is_used() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.match(r"[\w-]+", each)[0] for each in declared]  # type: ignore[index]
    sources = [path.read_text() for folder in ("shared", *SCREENS) for path in sorted((ROOT / folder).rglob("*.py"))]
    unused = [
        name
        for name in names
        if " " not in (module := LOADED_BY_OTHERS.get(name, name.replace("-", "_")))
        and not any(re.search(rf"^\s*(import|from) {module}\b", source, re.MULTILINE) for source in sources)
    ]

    assert unused == []


def test_every_pinned_package_has_hashes() -> None:
    for name in ("requirements.lock", "build.lock"):
        entries = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / name).read_text().strip())
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry and entry[0] != "#"] == []
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_pages_hold_no_inline_style_script_or_handler() -> None:
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*(\ssrc=|application/json))", re.IGNORECASE
    )
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for folder in WORD_FOLDERS
        for path in sorted(folder.rglob("templates/**/*.html"))
        if (found := inline.search(path.read_text()))
    ]

    assert wrong == []


def test_scripts_speak_the_language_of_2017() -> None:
    younger = re.compile(
        r"\?\.(?!\d)|\?\?|\|\|=|&&=|\bcatch\s*\{|\bimportmap\b|\.flat\(|\.replaceAll\(|\.at\(|fromEntries"
    )
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for folder in WORD_FOLDERS
        for path in sorted(folder.rglob("static/**/*.js"))
        if "vendor" not in path.parts and (found := younger.search(path.read_text()))
    ]

    assert wrong == []


def test_styles_use_nothing_younger_than_the_televisions() -> None:
    younger = re.compile(
        r":is\(|:where\(|:has\(|\binset:|(?<![-\w])aspect-ratio:|:focus-visible|\bclamp\(|\bdvh\b|@layer|@container"
    )
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sorted((ROOT / "display/static").rglob("*.css"))
        if (found := younger.search(path.read_text()))
    ]

    assert wrong == []


def test_nothing_is_fetched_from_elsewhere_at_run_time() -> None:
    outside = re.compile(r"""(?:src|href|action)=["']https?://|url\(["']?https?://|import .* from ["']https?://""")
    files = [
        path
        for folder in WORD_FOLDERS
        for kind in ("*.html", "*.css", "*.js")
        for path in folder.rglob(kind)
        if "vendor" not in path.parts
    ]

    assert [str(path.relative_to(ROOT)) for path in files if outside.search(path.read_text())] == []
