"""An office's server from a bare Debian on: installed, cut off, started again, brought up to date, lost and restored.

    .venv/bin/python tests/rehearsal.py [--from REVISION] [--base FOLDER]

Two machines are made of a bare Debian (debootstrap) in which systemd boots (systemd-nspawn, without a network once it
has booted). The first begins with the release of REVISION, as its README said, takes numbers and accepts a file; then
it gets this release and `loket install`. The second gets this release and the first one's nightly copy. Says what was
done and what was found; ends with 1 when something is not as it should be, with 77 where it cannot be tried.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from conftest import FAST, ROOT
from desks import APPLICANT
from machines import PROGRAM, PROGRAMS, Cannot, Machine, bare, wait
from test_kill_rounds import documents

OLDEST = "cbb3fc7"
"""The first release that was given to be tried."""
CANNOT = 77
KEPT_HERE = Path("var/lib/loket")
OFFICE = "lumajang"
README_UNIT = """\
[Service]
WorkingDirectory=/opt/loket
ExecStart=/opt/loket/loket
Environment=LOKET_HOST=0.0.0.0
Restart=always

[Install]
WantedBy=multi-user.target
"""
"""What the README of the oldest release told an office to write."""


class Log:
    """What was looked at, and what of it was not as it should be."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.looks = 0
        self._began = time.monotonic()

    def says(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:6.0f} s  {text}", flush=True)

    def must(self, what: str, found: object, wanted: object = True) -> None:
        self.looks += 1
        self.says(f"good  {what}" if found == wanted else f"WRONG {what}: {found}")
        if found != wanted:
            self.wrong.append(f"{what}: {found} instead of {wanted}")


class Office:
    """What people do in the office of a machine, and what must be there afterwards."""

    def __init__(self, machine: Machine, data: Path, log: Log) -> None:
        self.machine, self.data, self.log = machine, data, log
        self.numbers: list[str] = []
        self.officer = ""

    def begin(self, *loket: str) -> None:
        """A program gets a token of the officer at counter 1."""
        self.officer = self.machine.run(*loket, "token", "--office", OFFICE, "--officer", "loket1").split()[-1]

    def works(self, how_many: int) -> None:
        """So many numbers are taken at the kiosk, two visitors are called, served and gone."""
        for each in range(how_many):
            said = {"service": "oss", "nonce": f"latihan-{time.time_ns()}-{each}"}
            status, ticket = self.machine.ask(f"/{OFFICE}/kiosk/tickets", said)
            if status != 201:
                raise RuntimeError(f"no number at the kiosk: {status} {ticket}")
            self.numbers.append(ticket["number"])
        for _ in range(2):
            status, called = self.machine.ask(f"/{OFFICE}/counter/1/next", token=self.officer, post=True)
            if status != 200:
                raise RuntimeError(f"nobody could be called: {status} {called}")
            shown = self.machine.ask(f"/{OFFICE}/display/board.json")[1]
            on_screen = called["number"] in json.dumps(shown)
            for action in ("start", "finish"):
                path = f"/{OFFICE}/counter/1/tickets/{called['id']}/{action}"
                status, _ = self.machine.ask(path, token=self.officer, post=True)
            self.log.must(
                f"{called['number']} was called, stood on the television and went", (status, on_screen), (200, True)
            )
        given = [int(number.split("-")[1]) for number in self.numbers]
        self.log.must(
            f"{how_many} numbers more, up to {given[-1]}, without a gap", given, list(range(1, len(given) + 1))
        )

    def accepts(self, documents: list[str]) -> None:
        """One file, with the visitor who is called for it."""
        _, called = self.machine.ask(f"/{OFFICE}/counter/1/next", token=self.officer, post=True)
        place = f"/{OFFICE}/counter/1/tickets/{called['id']}"
        self.machine.ask(f"{place}/start", token=self.officer, post=True)
        said = {"action": "accept", "applicant": APPLICANT, "collected": {"documents": dict.fromkeys(documents, True)}}
        status, file = self.machine.ask(f"{place}/file", said, self.officer)
        self.log.must("a file is accepted", (status, file.get("register") if status == 200 else file), (200, "1/2026"))

    def pages(self) -> None:
        """What visitors see opens, and says nothing of a fault."""
        paths = ("/", f"/{OFFICE}/kiosk", f"/{OFFICE}/display", f"/{OFFICE}/display/plain", f"/{OFFICE}/queue.json")
        self.log.must("pages open", [self.machine.ask(path)[0] for path in paths], [200] * len(paths))

    def kept(self, before: dict[str, Any], what: str, data: Path | None = None) -> None:
        """Everything of `before` is there, in its order, and no ticket or file besides."""
        self.data = data or self.data
        now = self.machine.count(self.data)
        same = {name: now[name][: len(rows)] == rows for name, rows in before.items()}
        more = len(now["tickets"]) - len(before["tickets"]) + len(now["files"]) - len(before["files"])
        counts = ", ".join(f"{len(rows)} {name}" for name, rows in now.items())
        self.log.must(f"{what}: {counts}, all as before", (same, more), (dict.fromkeys(before, True), 0))


def play(base: Path, folder: Path, oldest: str, log: Log, ends: ExitStack) -> None:
    first = Machine(base, folder / "first")
    ends.callback(first.cut)
    log.says(f"first machine: {oldest}, as its README says")
    first.place(oldest)
    (first.root / "etc/systemd/system/loket.service").write_text(README_UNIT)
    first.run("systemctl", "enable", "loket")
    first.boot()
    first.answers()
    office = Office(first, PROGRAM / "data", log)
    office.begin("/opt/loket/loket")
    office.works(12)
    office.accepts(list(documents("oss")))
    before = first.count(office.data)

    log.says("upgrade: the folder is replaced, its data stay")
    first.shut_down()
    first.place("HEAD")
    office.kept(before, "nothing was touched while it was off")
    first.boot()
    first.answers()
    office.kept(before, "after the upgrade")
    copies = [each.name for each in (first.root / PROGRAM / "data/backups").glob("before-upgrade-*.db")]
    log.must("a copy was made before the upgrade", len(copies), 1)
    office.works(3)
    office.pages()

    log.says("loket install")
    before = first.count(office.data)
    said = first.run("/opt/loket/.venv/bin/loket", "install")
    log.must("it says where the data went", "/var/lib/loket" in said and not (first.root / PROGRAM / "data").exists())
    first.answers()
    office.kept(before, "as a service", KEPT_HERE)
    is_on = ("is-active", "is-enabled")
    units = ("loket.service", "loket-backup.timer", "loket-stick.timer")
    states = [first.run("systemctl", way, *units).split() for way in is_on]
    log.must("the units", states, [["active"] * 3, ["enabled"] * 3])
    log.must(
        "systemd's own look at them", first.run("systemd-analyze", "verify", "/etc/systemd/system/loket.service"), ""
    )
    log.says("exposure: " + first.run("systemd-analyze", "security", "--no-pager", "loket").splitlines()[-1].strip())
    strangers = first.run("find", "/var/lib/loket", "/var/log/loket", "!", "-user", "loket")
    log.must("everything belongs to the service", strangers, "")
    office.works(3)
    first.run("loket", "check")
    log.says("loket check found nothing wrong")

    for how in (*ALONE, "power cut", "reboot", "the same install again"):
        before = first.count(KEPT_HERE)
        came_back(first, how)
        office.kept(before, f"after: {how}")
        office.works(2)
        office.pages()

    log.says("copies")
    stick = first.root / "media/petugas/STIK/loket-cadangan"
    stick.mkdir(parents=True)
    before = first.count(KEPT_HERE)
    first.run("systemctl", "start", "loket-backup.service", "loket-stick.service")
    copies = [*(first.root / "var/backups/loket").glob("*.db"), *stick.glob("*.db")]
    modes = [oct(each.stat().st_mode & 0o777) for each in copies]
    log.must("a copy in its folder and one on the stick, for nobody else", modes, ["0o600", "0o600"])
    office.works(2)
    first.shut_down()

    log.says("second machine: this release, and the copy of the first")
    second = Machine(base, folder / "second")
    ends.callback(second.cut)
    second.place("HEAD")
    second.boot()
    said = second.run("/opt/loket/.venv/bin/loket", "install")
    second.answers()
    told = [line.split()[2] for line in said.splitlines() if line.strip().startswith(OFFICE)]
    log.must("the first passwords are told on the console", len(told) > 3)
    journal = second.run("journalctl", "--no-pager", "-u", "loket")
    log.must("and stand in no log", [each for each in told if each in journal], [])
    shutil.copy(copies[0], second.root / "root/salinan.db")
    refused = second.run("loket", "restore", "/root/salinan.db", fails=True)
    log.must("no restore under a running server", "still running" in refused)
    epoch = second.ask(f"/{OFFICE}/display/board.json")[1]["epoch"]
    second.run("systemctl", "stop", "loket")
    second.run("loket", "restore", "/root/salinan.db")
    second.run("systemctl", "start", "loket")
    second.answers()
    restored = Office(second, KEPT_HERE, log)
    restored.kept(before, "restored on another machine")
    log.must("screens begin afresh", second.ask(f"/{OFFICE}/display/board.json")[1]["epoch"] != epoch)
    restored.numbers, restored.officer = office.numbers[:-2], office.officer
    restored.works(2)
    restored.pages()
    second.run("loket", "tls")
    strangers = second.run("find", "/var/lib/loket", "!", "-user", "loket")
    log.must("what root's commands made belongs to the service", strangers, "")
    (second.root / "etc/loket.env").open("a").write("LOKET_TLS_PORT=8443\n")
    second.run("systemctl", "restart", "loket")
    second.answers()
    trust = ("--cacert", str(second.root / KEPT_HERE / "tls/ca.crt"), "--resolve", "loket.local:8443:127.0.0.1")
    log.must("https", second.curl(*trust, "-o", "/dev/null", "-w", "%{http_code}", "https://loket.local:8443/"), "200")
    second.shut_down()


ALONE = ("kill -9 of the server", "a server that hangs")
"""What systemd itself mends, on a machine that goes on."""


def came_back(machine: Machine, how: str) -> None:
    """The trouble, and the server that answers again without anybody's help."""
    process = machine.run("systemctl", "show", "-P", "MainPID", "loket").strip()
    if how == ALONE[0]:
        machine.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "loket")
    elif how == ALONE[1]:
        machine.run("systemctl", "kill", "--signal=STOP", "loket")
    elif how == "power cut":
        machine.cut()
        machine.boot()
    elif how == "reboot":
        machine.shut_down()
        machine.boot()
    else:
        machine.run("/opt/loket/.venv/bin/loket", "install")
    if how in ALONE:
        wait(lambda: machine.run("systemctl", "show", "-P", "MainPID", "loket").strip() not in ("0", process))
    machine.answers()


def rehearse(oldest: str = OLDEST, base: Path | None = None) -> Log:
    """Raises `Cannot` where it cannot be tried."""
    absent = [each for each in PROGRAMS if shutil.which(each) is None]
    if os.geteuid() != 0:
        raise Cannot("only root makes machines")
    if absent:
        raise Cannot(f"not here: {', '.join(absent)} (apt install debootstrap systemd-container curl)")
    known = subprocess.run(["git", "cat-file", "-e", f"{oldest}^{{commit}}"], cwd=ROOT, capture_output=True)
    if known.returncode:
        raise Cannot(f"this copy of the repository does not reach back to {oldest}")
    log = Log()
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="loket-rehearsal-", dir=FAST)))
        play(bare(base or folder / "bare"), folder, oldest, log, ends)
    return log


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="oldest", default=OLDEST, help="the release that the office begins with")
    parser.add_argument("--base", type=Path, help="a folder for the bare Debian, made once and kept")
    asked = parser.parse_args()
    try:
        log = rehearse(asked.oldest, asked.base)
    except Cannot as why:
        print(f"not tried: {why}")
        return CANNOT
    print(f"{log.looks} looks, {len(log.wrong)} wrong", *log.wrong, sep="\n  ")
    return 1 if log.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
