"""The data folder is its owner's alone: every command sees to that first."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from shared.web.settings import Settings

OWN_ONLY = 0o077


def keep_private(settings: Settings) -> None:
    """New files are the owner's alone, and so are those that an earlier version left open to all."""
    os.umask(OWN_ONLY)
    folder = settings.data
    if not folder.is_dir():
        return
    for path in (folder, *folder.iterdir()):
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & OWN_ONLY and not path.is_symlink():
                path.chmod(mode & ~OWN_ONLY)


def give_to_owner(settings: Settings) -> None:
    """What root made in a folder of somebody else becomes theirs: else the service could not read it."""
    if os.geteuid() != 0 or not settings.data.is_dir():
        return
    owner = settings.data.stat()
    for _, folders, files, at in os.fwalk(settings.data) if owner.st_uid else ():
        for name in (*folders, *files):
            # It may be gone meanwhile, and a service of root's may lack the right: what it made is still good.
            with contextlib.suppress(FileNotFoundError, PermissionError):
                found = os.stat(name, dir_fd=at, follow_symlinks=False)
                is_elsewhere_too = stat.S_ISREG(found.st_mode) and found.st_nlink > 1
                if found.st_uid == 0 and not is_elsewhere_too:
                    os.chown(name, owner.st_uid, owner.st_gid, dir_fd=at, follow_symlinks=False)


def open_to_others(settings: Settings) -> list[Path]:
    """What of the folder others on this machine may read."""
    if not settings.data.stat().st_mode & OWN_ONLY:
        return []
    return [path for path in (settings.data, *settings.data.iterdir()) if path.lstat().st_mode & OWN_ONLY]
