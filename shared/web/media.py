"""Pictures and videos that an office shows between the calls: its folder `media/<office>`, each checked by content.

A file may come through setup or be copied into the folder by hand, so it is looked at again whenever it is served.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from flask import current_app
from PIL import Image, UnidentifiedImageError

from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig
from shared.loop import off_the_loop

Kind = Literal["image", "video"]

LARGEST_IMAGE = 15_000_000
LARGEST_VIDEO = 400_000_000
"""Bytes. A minute of Full HD is about 60 MB."""
MOST_PIXELS = 40_000_000
"""More than an 8K screen; a television of 2020 fails to draw them."""
TYPES = {
    "PNG": ("image", "image/png", ".png"),
    "JPEG": ("image", "image/jpeg", ".jpg"),
    "WEBP": ("image", "image/webp", ".webp"),
    "GIF": ("image", "image/gif", ".gif"),
    "MP4": ("video", "video/mp4", ".mp4"),
    "WEBM": ("video", "video/webm", ".webm"),
}
ORDER = ".order"
"""The file that says which comes first, a name a line; what it does not name comes last, by name."""
_NAME = re.compile(r"[\w][\w .()-]{0,79}")


@dataclass(frozen=True, slots=True)
class Medium:
    """One file that a display may show."""

    name: str
    kind: Kind
    mimetype: str
    path: Path
    version: int
    """Changes with the file, so that no browser shows an old one."""


def media(office: OfficeConfig) -> list[Medium]:
    """What the office's folder holds that can be shown, in order; anything else in it is passed over."""
    folder = _folder(office)
    if not folder.is_dir():
        return []
    place = {name: number for number, name in enumerate(_order(folder))}
    found = [each for path in sorted(folder.iterdir()) if (each := _looked_at(path)) is not None]
    return sorted(found, key=lambda each: place.get(each.name, len(place)))


def medium(office: OfficeConfig, name: str) -> Medium:
    """Raises `Unknown("medium")`."""
    found = _looked_at(_folder(office) / name) if _NAME.fullmatch(name) else None
    if found is None:
        raise Unknown("medium")
    return found


def add(office: OfficeConfig, name: str, content: IO[bytes]) -> Medium:
    """Keeps a file under its name, with the ending of what it is. Raises `Invalid("medium")` for anything else.

    A file of the same name is replaced, in its place.
    """
    folder = _folder(office)
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            off_the_loop(shutil.copyfileobj, content, file, 1 << 20)
        kind = _kind(Path(temporary))
        stem = re.sub(r"[^\w ()-]+", "-", Path(name).stem).strip(" -")[:60]
        if kind is None or not stem:
            raise Invalid("medium", fields=["file"])
        path = folder / f"{stem}{TYPES[kind][2]}"
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return medium(office, path.name)


def delete(office: OfficeConfig, name: str) -> None:
    """Raises `Unknown("medium")`."""
    medium(office, name).path.unlink(missing_ok=True)


def move(office: OfficeConfig, name: str, by: int) -> None:
    """One place earlier (-1) or later (1). Raises `Unknown("medium")`."""
    names = [each.name for each in media(office)]
    if name not in names:
        raise Unknown("medium")
    place = names.index(name)
    names.insert(max(0, place + by), names.pop(place))
    order = _folder(office) / ORDER
    fresh = order.with_suffix(".fresh")
    fresh.write_text("\n".join(names))
    os.replace(fresh, order)


def _order(folder: Path) -> list[str]:
    try:
        return (folder / ORDER).read_text().splitlines()
    except FileNotFoundError:
        return []


def _folder(office: OfficeConfig) -> Path:
    return Path(current_app.extensions["loket_settings"].data).resolve() / "media" / office.slug


_seen: dict[tuple[Path, int, int], str | None] = {}
"""What a file of this time and size was found to be; looking is slow on a small machine."""


def _looked_at(path: Path) -> Medium | None:
    if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
        return None
    facts = path.stat()
    key = (path, facts.st_mtime_ns, facts.st_size)
    if key not in _seen:
        _seen[key] = _kind(path)
    found = _seen[key]
    if found is None:
        return None
    kind, mimetype, _ = TYPES[found]
    return Medium(path.name, "image" if kind == "image" else "video", mimetype, path, facts.st_mtime_ns % 10**9)


def _kind(path: Path) -> str | None:
    """A key of TYPES, by the first bytes; None for what is too large, broken or something else."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:8] == b"ftyp":
        return "MP4" if size <= LARGEST_VIDEO else None
    if head[:4] == b"\x1a\x45\xdf\xa3":  # EBML; a Matroska file that is no WebM says so a few bytes later
        return "WEBM" if b"webm" in head and size <= LARGEST_VIDEO else None
    return _image_kind(path) if size <= LARGEST_IMAGE else None


def _image_kind(path: Path) -> str | None:
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.verify()
            return image.format
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
