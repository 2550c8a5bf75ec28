"""What a power cut leaves of work with large files: half copies, half uploads."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

LONG_AGO = timedelta(hours=6)
"""Nobody works at one file for so long."""


def forget_unfinished(folder: Path, names: str) -> None:
    """Takes away what was left there under these names; a copy is as large as the whole database."""
    for left in folder.glob(names):
        if datetime.now(UTC) - datetime.fromtimestamp(left.stat().st_mtime, UTC) <= LONG_AGO:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
