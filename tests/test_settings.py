"""The settings: defaults to try it, and a wrong value stops the start with a sentence."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared.web.cli import main
from shared.web.settings import SETTINGS, InvalidSettings, Settings, read_settings


def test_nothing_needs_to_be_set() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()


def test_every_setting_can_come_from_the_environment() -> None:
    read = read_settings({"LOKET_PORT": "9000", "LOKET_HOST": "0.0.0.0", "LOKET_SECURE_COOKIES": "true"})

    assert (read.port, read.host, read.secure_cookies) == (9000, "0.0.0.0", True)


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://loket@db/loket\n")

    assert (
        read_settings({"LOKET_DATABASE_URL_FILE": str(tmp_path / "url")}).database_url == "postgresql://loket@db/loket"
    )


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"LOKET_PORT": "ratusan"}, "LOKET_PORT"),
        ({"LOKET_PORT": "0"}, "LOKET_PORT"),
        ({"LOKET_PORT": "65536"}, "LOKET_PORT"),
        ({"LOKET_PORTT": "9000"}, "LOKET_PORTT"),
        ({"LOKET_SECURE_COOKIES": "mungkin"}, "LOKET_SECURE_COOKIES"),
        ({"LOKET_DATABASE_URL_FILE": "/tidak/ada"}, "LOKET_DATABASE_URL_FILE"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    environment: dict[str, str], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidSettings, match=word):
        read_settings(environment)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    answer = CliRunner().invoke(main, ["run"])

    assert answer.exit_code == 1
    assert word in answer.output
    assert "Traceback" not in answer.output


def test_help_says_what_each_command_is_for_and_loads_none_of_them() -> None:
    code = "import atexit, sys; atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr)); "
    code += "from shared.web.cli import main; main(['--help'])"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert re.search(r"^  check  +Memeriksa basis data", said.stdout, re.MULTILINE)
    assert not re.search(r"'(flask|pydantic|sqlalchemy|shared.web.commands.check)'", said.stderr)


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, (_, meaning) in SETTINGS.items() if len(meaning.split()) < 3] == []


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "baru")

    key = settings.secret_key()

    assert len(key) == 64
    assert settings.secret_key() == key
    assert stat.S_IMODE((tmp_path / "baru" / "secret_key").stat().st_mode) == 0o600


def test_the_database_is_sqlite_in_the_data_folder_unless_told(tmp_path: Path) -> None:
    assert Settings(data=tmp_path / "baru").database() == f"sqlite:///{tmp_path / 'baru' / 'loket.db'}"
    assert Settings(data=tmp_path, database_url="postgresql://x/y").database() == "postgresql://x/y"
