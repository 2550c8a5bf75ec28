"""What stands in the log helps to act and names no citizen."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.store.office import Store
from shared.web.server import logs

NIK = "3508205708909992"


@pytest.fixture
def _configured() -> Iterator[None]:
    before = structlog.get_config()
    logs.init()
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_configured")
def test_numbers_of_citizens_are_dropped_from_lines_and_tracebacks(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger()

    log.warning("odd", said=f"nik={NIK}", seen=[NIK], number=int(NIK), office=12)
    try:
        raise ValueError(f"input_value='{NIK}'")
    except ValueError:
        log.exception("fault", endpoint="counter.receive")

    said = capsys.readouterr().out
    assert NIK not in said
    assert "office=12" in said
    assert "ValueError" in said
    assert said.count(logs.HIDDEN) >= 4


def test_a_failed_statement_keeps_its_values_to_itself_on_each_database(store: Store) -> None:
    with pytest.raises(DBAPIError) as failed, store.read() as connection:
        connection.execute(text("SELECT * FROM no_such_table WHERE nik = :nik"), {"nik": NIK})

    assert NIK not in str(failed.value)


def test_each_line_is_kept_as_json_in_files_that_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2000)
    before = structlog.get_config()
    try:
        logs.init(tmp_path / "log")
        for number in range(200):
            structlog.get_logger().warning("odd", number=number, nik=NIK)
    finally:
        structlog.configure(**before)

    files = sorted((tmp_path / "log").iterdir())
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert [file.name for file in files] == ["loket.log", *(f"loket.log.{each}" for each in range(1, 6))]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert max(line["number"] for line in lines) == 199
    assert NIK not in str(lines)
    assert "odd" in capsys.readouterr().out


def test_a_disk_that_takes_no_line_costs_the_line_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    (tmp_path / "loket.log").symlink_to("/dev/full")
    try:
        with suppress(OSError), Path("/dev/full").open("w") as full:
            monkeypatch.setattr(sys, "stdout", full)
            logs.init(tmp_path)
            for number in range(3):
                structlog.get_logger().warning("odd", number=number)
                said = number
            monkeypatch.undo()
    finally:
        structlog.configure(**before)

    assert said == 2
    assert "Traceback" not in capsys.readouterr().err
