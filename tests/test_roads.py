"""How many files of the product a click passes: counted by tracing it, beside what every click of an officer passes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from desks import APPLICANT, Desks

from shared.engine.device import issue_token
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


def test_a_correction_passes_at_most_twelve_files_beside_what_every_click_passes(
    desks: Desks, sqlite_url: str, open_store: Callable[[str], Store], tmp_path: Path
) -> None:
    file = desks.to_step("confirm")
    token = desks.store.write_with(issue_token, desks.id, "officer", "operator", desks.now, desks.officers["operator"])

    def passed(*clicks: tuple[str, dict[str, Any]]) -> set[str]:
        """By the last of these clicks: it finds made what is made once."""
        app = create_app(Settings(data=tmp_path), open_store(sqlite_url), lambda: desks.now, async_mode="threading")
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        with Trace() as trace:  # from the start: the store's own thread begins with the first click
            for path, body in clicks:
                trace.files.clear()
                answer = app.test_client().post(f"/lumajang/counter/{path}", json=body, headers=headers)
                assert answer.status_code < 300, answer.text
        return trace.files

    corrections = [
        (f"cases/{file}/correct", {"applicant": {**APPLICANT, "business": name}}) for name in ("Keripik", "Kerupuk")
    ]
    ends_shift = ("3/hand-over", {"note": "Tinta habis"})

    own = passed(*corrections) - passed(ends_shift, ("3/open", {}), ends_shift)

    assert "shared/engine/file.py" in own
    assert len(own) <= 12, "\n".join(sorted(own))
