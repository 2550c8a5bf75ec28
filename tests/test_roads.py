"""How many files of the product a click passes: counted by tracing it, beside what every click of an officer passes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import pytest
from desks import APPLICANT, Desks
from flask import Flask

from shared.engine.people.device import issue_token
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


class Trace:
    """The files of the product in which a function is called meanwhile, by the click or by the thread that writes.

    What follows a commit (the board, its forecast) is a road of its own.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()

    def __enter__(self) -> Trace:
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        name, thread = frame.f_code.co_filename, threading.current_thread()
        is_ours = thread is threading.main_thread() or thread.name == "loket-writer"
        if is_ours and event == "call" and name.startswith(str(ROOT)):
            path = Path(name).relative_to(ROOT)
            if path.parts[0] in ("shared", "kiosk", "display", "counter"):
                self.files.add(str(path))


@pytest.fixture
def desks(sqlite_url: str, open_store: Callable[[str], Store]) -> Desks:
    return Desks(open_store(sqlite_url))


class Clicks:
    """Clicks on one office, each followed through the files of the product."""

    def __init__(self, desks: Desks, open_app: Callable[[], Flask]) -> None:
        self.open_app = open_app
        made = desks.store.write_with
        self.tokens = {
            who: made(issue_token, desks.id, "officer", who, desks.now, desks.officers[who])
            for who in ("operator", "loket1")
        }

    def passed(self, who: str, *clicks: tuple[str, Mapping[str, object]]) -> set[str]:
        """By the last of these clicks: it finds made what is made once."""
        app = self.open_app()
        headers = {"Accept": "application/json"}
        if who in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        with Trace() as trace:  # from the start: the store's own thread begins with the first click
            for path, body in clicks:
                trace.files.clear()
                answer = app.test_client().post(f"/lumajang/{path}", json=body, headers=headers)
                assert answer.status_code < 300, answer.text
        return trace.files

    def every(self) -> set[str]:
        """What a click passes that writes one event and no more."""
        ends_shift = ("counter/3/hand-over", {"note": "Tinta habis"})
        opens = ("counter/3/open", {})
        return self.passed("operator", opens, ends_shift, opens, ends_shift)


@pytest.fixture
def clicks(desks: Desks, sqlite_url: str, open_store: Callable[[str], Store], tmp_path: Path) -> Clicks:
    settings = Settings(data=tmp_path)
    return Clicks(
        desks, lambda: create_app(settings, open_store(sqlite_url), lambda: desks.now, async_mode="threading")
    )


def test_a_correction_passes_at_most_nine_files_beside_what_every_click_passes(desks: Desks, clicks: Clicks) -> None:
    path = f"counter/cases/{desks.to_step('confirm')}/correct"
    corrections = [(path, {"applicant": {**APPLICANT, "business": name}}) for name in ("Keripik", "Kerupuk")]

    own = clicks.passed("operator", *corrections) - clicks.every()

    assert "shared/engine/files/file.py" in own
    assert len(own) <= 9, "\n".join(sorted(own))


def test_calling_the_next_passes_at_most_six_files_beside_what_every_click_passes(desks: Desks, clicks: Clicks) -> None:
    desks.take()

    own = clicks.passed("loket1", ("counter/1/open", {}), ("counter/1/next", {})) - clicks.every()

    assert "shared/engine/queue/officer.py" in own
    assert len(own) <= 6, "\n".join(sorted(own))


def test_taking_a_number_with_its_slip_passes_at_most_twelve_files_beside_what_every_click_passes(
    clicks: Clicks,
) -> None:
    numbers = [("kiosk/tickets", {"service": "oss", "nonce": f"nonce-{each:08d}"}) for each in (1, 2)]

    own = clicks.passed("kiosk", *numbers) - clicks.every()

    assert "shared/engine/queue/visitor.py" in own
    assert "shared/domain/slips/visitor.py" in own
    assert len(own) <= 12, "\n".join(sorted(own))
