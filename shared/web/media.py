"""Pictures and videos that an office shows between the calls: its folder `media/<office>`, each checked by content.

A file may come through setup or be copied into the folder by hand, so it is looked at again whenever it is served.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from flask import current_app

from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig
from shared.late import late
from shared.loop import off_the_loop
from shared.web.unfinished import forget_unfinished

if TYPE_CHECKING:
    import PIL
    from PIL import Image, ImageOps
else:
    PIL = late("PIL")
    Image = late("PIL.Image")
    ImageOps = late("PIL.ImageOps")

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
IMAGES = ("PNG", "JPEG", "WEBP", "GIF")
_ORIENTATION = 0x0112
"""The EXIF tag."""
ORDER = ".order"
"""The file that says which comes first, a name a line; what it does not name comes last, by name."""
_NAME = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,119}")
"""The one rule of names, for what is brought and for what somebody copied into the folder: not hidden, no path."""
_VIDEO_BRANDS = frozenset(
    {"isom", "mp41", "mp42", "avc1", "M4V ", "M4VH", "M4VP", "MSNV", "dash", "f4v ", "qt  "}
    | {f"iso{n}" for n in range(2, 10)}
    | {f"3gp{n}" for n in range(4, 8)}
)
_PLAYABLE = frozenset({b"avc1", b"avc3", b"vp08", b"vp09", b"mp4v"})
"""Codecs in an MP4 that a television's browser of 2020 plays."""
_UNPLAYABLE = {b"hvc1": "HEVC", b"hev1": "HEVC", b"dvh1": "HEVC", b"av01": "AV1", b"apch": "ProRes", b"apcn": "ProRes"}
_IMAGE_BRANDS = {"heic": "HEIC", "heix": "HEIC", "mif1": "HEIF", "msf1": "HEIF", "avif": "AVIF", "avis": "AVIF"}
_AUDIO_BRANDS = {"M4A ": "M4A", "M4B ": "M4A", "M4P ": "M4A"}
_MOST_MOOV = 30_000_000


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
    place = {name: number for number, name in enumerate(_order(folder))}
    found = [each for path in _files(folder) if (each := _looked_at(path)) is not None]
    return sorted(found, key=lambda each: place.get(each.name, len(place)))


def medium(office: OfficeConfig, name: str) -> Medium:
    """Raises `Unknown("medium")`."""
    found = _looked_at(_folder(office) / name) if _NAME.fullmatch(name) else None
    if found is None:
        raise Unknown("medium")
    return found


def strangers(data: Path, slug: str) -> list[str]:
    """Names of files in the office's folder that no television can show."""
    folder = data.resolve() / "media" / slug
    return [path.name for path in _files(folder) if not path.name.startswith(".") and _looked_at(path) is None]


def add(office: OfficeConfig, name: str, content: IO[bytes]) -> Medium:
    """Keeps a file under its name, with the ending of what it is; a photo stands upright. Raises `Invalid` for anything
    else: `medium_type` (what it is), `medium_large`, `medium`.

    A file of the same name is replaced, in its place.
    """
    folder = _folder(office)
    folder.mkdir(parents=True, exist_ok=True)
    forget_unfinished(folder, ".making-*")
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            off_the_loop(shutil.copyfileobj, content, file, 1 << 20)
        kind = require_kind(Path(temporary))
        _turn_upright(Path(temporary))
        path = _place(folder, name, TYPES[kind][2])
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return medium(office, path.name)


def _place(folder: Path, name: str, ending: str) -> Path:
    """Where a file of this name is kept: what the name of a file cannot hold is left out, without taking another's."""
    given = unicodedata.normalize("NFC", Path(name.replace("\\", "/")).stem)
    stem = re.sub(r"[^\w ()-]+", "-", given).strip(" -")[:60] or "media"
    own_ending = Path(name).suffix.lower().replace(".jpeg", ".jpg")
    path, number = folder / f"{stem}{ending}", 2
    while (stem, ending) != (given, own_ending) and path.exists():
        path, number = folder / f"{stem} {number}{ending}", number + 1
    return path


def _turn_upright(path: Path) -> None:
    """A phone's photo says in its EXIF data how it was held; not every television reads that."""
    try:
        with Image.open(path, formats=IMAGES) as image:
            if image.getexif().get(_ORIENTATION, 1) == 1 or getattr(image, "is_animated", False):
                return
            upright, kind = ImageOps.exif_transpose(image), image.format
        upright.save(path, kind, quality=90)
    except (PIL.UnidentifiedImageError, ValueError, SyntaxError):
        return


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


def _files(folder: Path) -> list[Path]:
    """Empty also when the folder cannot be read: the calls need no pictures."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _looked_at(path: Path) -> Medium | None:
    try:
        if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            return None
        facts = path.stat()
        key = (path, facts.st_mtime_ns, facts.st_size)
        if key not in _seen:
            _seen[key] = _kind(path)
    except OSError:
        return None  # nobody may read it, or the disk cannot
    found = _seen[key]
    if found is None:
        return None
    kind, mimetype, _ = TYPES[found]
    return Medium(path.name, "image" if kind == "image" else "video", mimetype, path, facts.st_mtime_ns % 10**9)


def _kind(path: Path) -> str | None:
    """A key of TYPES; None for what is too large, broken or something else."""
    try:
        return require_kind(path)
    except Invalid:
        return None


def require_kind(path: Path) -> str:
    """A key of TYPES, by the content. Raises `Invalid`: see `add`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64)
        if head[4:8] == b"ftyp":
            _require_playable(file, head, size)
            return _within(size, LARGEST_VIDEO, "MP4")
    if head[:4] == b"\x1a\x45\xdf\xa3":  # EBML; a Matroska file that is no WebM says so a few bytes later
        if b"webm" not in head:
            raise Invalid("medium_type", fields=["file"], found="MKV")
        return _within(size, LARGEST_VIDEO, "WEBM")
    kind = _image_kind(path)
    if kind is None:
        raise Invalid("medium", fields=["file"])
    return _within(size, LARGEST_IMAGE, kind)


def _within(size: int, largest: int, kind: str) -> str:
    if size > largest:
        raise Invalid("medium_large", fields=["file"], megabytes=largest // 10**6)
    return kind


def _require_playable(file: IO[bytes], head: bytes, size: int) -> None:
    """An ISO media file is a picture, a sound or a film by its brands, and a film has a codec."""
    length = int.from_bytes(head[:4], "big")
    brands = [head[8:12].decode("latin-1"), *(head[i : i + 4].decode("latin-1") for i in range(16, min(length, 64), 4))]
    for known in (_IMAGE_BRANDS, _AUDIO_BRANDS):
        if brands[0] in known:
            raise Invalid("medium_type", fields=["file"], found=known[brands[0]])
    if not _VIDEO_BRANDS.intersection(brands):
        other = next((_IMAGE_BRANDS[each] for each in brands if each in _IMAGE_BRANDS), brands[0].strip())
        raise Invalid("medium_type", fields=["file"], found=other)
    codecs = _codecs(file, size)
    if codecs and not _PLAYABLE.intersection(codecs):
        known_as = next((_UNPLAYABLE[each] for each in codecs if each in _UNPLAYABLE), "M4A")
        raise Invalid("medium_type", fields=["file"], found=known_as)


def _codecs(file: IO[bytes], size: int) -> set[bytes]:
    """The codecs of the tracks; empty when the file has no index, which a player may still cope with."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        box = file.read(16)
        length = int.from_bytes(box[:4], "big")
        if length == 1:
            length = int.from_bytes(box[8:16], "big")
        if box[4:8] == b"moov":
            file.seek(at + 8)
            index = file.read(min(length, _MOST_MOOV))
            return {index[found.start() + 16 : found.start() + 20] for found in re.finditer(b"stsd", index)}
        if length < 8:
            break
        at += length
    return set()


def _image_kind(path: Path) -> str | None:
    try:
        with Image.open(path, formats=IMAGES) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.verify()
            return image.format
    except (PIL.UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
