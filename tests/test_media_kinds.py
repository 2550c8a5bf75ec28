"""Pictures and films by their content: what no television can play is refused by name, and nothing is left behind."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from people import csrf, sign_in
from PIL import Image
from test_own_media import MP4, PAGE, Post, admin, picture, slides
from world import PASSWORD, World

from shared.web import media

__all__ = ["admin"]
BOX = 8


def iso(brand: bytes, *compatible: bytes, tracks: tuple[bytes, ...] = ()) -> bytes:
    """The head of an ISO media file, and an index with a track of each codec, after the film itself."""
    head = brand + bytes(4) + b"".join(compatible)
    file = (len(head) + BOX).to_bytes(4, "big") + b"ftyp" + head
    file += (BOX + 1000).to_bytes(4, "big") + b"mdat" + bytes(1000)
    index = b"".join(
        (32).to_bytes(4, "big") + b"stsd" + bytes(4) + (1).to_bytes(4, "big") + (16).to_bytes(4, "big") + codec
        for codec in tracks
    )
    return file + (len(index) + BOX).to_bytes(4, "big") + b"moov" + index if tracks else file


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("foto.jpg", iso(b"heic", b"mif1"), "HEIC"),
        ("foto.heif", iso(b"mif1", b"heic"), "HEIF"),
        ("foto.mp4", iso(b"avif", b"mif1"), "AVIF"),
        ("lagu.mp4", iso(b"M4A ", b"isom", b"mp42"), "M4A"),
        ("film.mov", iso(b"qt  ", tracks=(b"hvc1", b"mp4a")), "HEVC"),
        ("film.mp4", iso(b"isom", tracks=(b"av01",)), "AV1"),
        ("film.mkv", b"\x1a\x45\xdf\xa3" + b"\x42\x82\x88matroska" + bytes(80), "MKV"),
    ],
)
def test_what_televisions_cannot_play_is_refused_by_name(
    app: Flask, admin: Post, name: str, content: bytes, found: str
) -> None:
    refused = admin("/setup/media", file=(io.BytesIO(content), name))

    assert refused.status_code == 400
    assert f"Televisi tidak dapat menampilkan {found}" in refused.text
    assert "MP4 (H.264) atau WebM" in refused.text
    assert slides(app) == []


@pytest.mark.parametrize("content", [iso(b"isom", b"avc1", tracks=(b"avc1", b"mp4a")), iso(b"qt  ", tracks=(b"avc1",))])
def test_a_film_with_a_codec_of_televisions_is_kept(app: Flask, admin: Post, content: bytes) -> None:
    assert admin("/setup/media", file=(io.BytesIO(content), "film.mov")).status_code == 303

    assert slides(app) == ["film.mp4"]


def test_of_several_files_each_that_is_not_kept_is_named(app: Flask, admin: Post) -> None:
    several = [
        (io.BytesIO(picture()), "bagus.png"),
        (io.BytesIO(iso(b"heic")), "telepon.heic"),
        (io.BytesIO(b"<svg/>"), "gambar.svg"),
    ]

    refused = admin("/setup/media", file=several)

    assert refused.status_code == 400
    for named in ("telepon.heic: Televisi", "gambar.svg: Berkas ini bukan", "Disimpan: bagus.png"):
        assert named in refused.text
    assert slides(app) == ["bagus.png"]


@pytest.mark.parametrize(
    "name", ["(1).jpg", "-a.jpg", "#1 & 2.jpg", ".foto.jpg", "日本.jpg", "..jpg", "C:\\foto\\a.jpg"]
)
def test_whatever_a_file_is_called_it_is_shown_and_can_be_removed(app: Flask, admin: Post, name: str) -> None:
    assert admin("/setup/media", file=(io.BytesIO(picture("JPEG")), name)).status_code == 303
    found = app.test_client().get("/uji/display/media.json").json
    assert found
    (url,) = [slide["url"] for slide in found["slides"]]

    assert app.test_client().get(url).status_code == 200
    (kept,) = [path.name for path in folder(app).iterdir() if not path.name.startswith(".order")]
    assert admin("/setup/media", row=f"remove:{kept}").status_code == 303
    assert slides(app) == []


def folder(app: Flask) -> Path:
    return Path(app.extensions["loket_settings"].data) / "media" / "uji"


def test_two_names_that_are_kept_alike_do_not_replace_each_other(app: Flask, admin: Post) -> None:
    admin("/setup/media", file=[(io.BytesIO(picture()), "a?.png"), (io.BytesIO(picture(width=32)), "a!.png")])

    assert len(slides(app)) == 2


def test_a_film_whose_ending_is_another_here_replaces_none_of_the_same_name(app: Flask, admin: Post) -> None:
    film = b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0" * 200
    for name in ("pasar.mp4", "pasar.mov", "pasar.mp4"):
        admin("/setup/media", file=[(io.BytesIO(film), name)])

    assert sorted(slides(app)) == ["pasar%202.mp4", "pasar.mp4"]


def test_a_file_that_takes_the_place_of_another_is_told(app: Flask) -> None:
    browser, address = sign_in(app, "admin").client, "/uji/counter/setup/media"
    for width in (64, 32):
        file = io.BytesIO(picture(width=width)), "a.png"
        form = {"csrf_token": csrf(browser.get(address, headers=PAGE)), "file": file}
        assert browser.post(address, headers=PAGE, data=form).status_code == 303

    assert "Menggantikan berkas lama bernama sama: a.png" in browser.get(address, headers=PAGE).text


def test_a_photo_of_an_upright_telephone_stands_upright(app: Flask, admin: Post, here: World) -> None:
    photo = Image.new("RGB", (64, 36), "navy")
    exif = photo.getexif()
    exif[0x0112] = 6
    file = io.BytesIO()
    photo.save(file, "JPEG", exif=exif)

    admin("/setup/media", file=(io.BytesIO(file.getvalue()), "foto.jpg"))

    with Image.open(folder(app) / "foto.jpg") as kept:
        assert kept.size == (36, 64)
        assert kept.getexif().get(0x0112, 1) == 1


def test_what_somebody_copied_there_and_nobody_can_show_stops_nothing(app: Flask, admin: Post, tmp_path: Path) -> None:
    admin("/setup/media", file=(io.BytesIO(picture()), "a.png"))
    (folder(app) / "(2) salinan.png").write_bytes(picture())
    (folder(app) / "foto.heic").write_bytes(iso(b"heic"))
    os.mkfifo(folder(app) / "pipa.png")
    (folder(app) / "b.png").symlink_to("/proc/self/mem")

    assert slides(app) == ["(2)%20salinan.png", "a.png"] or slides(app) == ["a.png", "(2)%20salinan.png"]
    assert media.strangers(tmp_path, "uji") == ["b.png", "foto.heic", "pipa.png"]
    assert admin("/setup/media", row="remove:(2) salinan.png").status_code == 303


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process may grow beyond two megabytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing_behind(app: Flask, here: World, small_disk: None) -> None:
    browser = app.test_client()
    form = browser.get("/uji/counter/sign-in", headers=PAGE)
    said = {"login": "admin", "password": PASSWORD, "csrf_token": csrf(form)}
    browser.post("/uji/counter/sign-in", headers=PAGE, data=said)
    token = csrf(browser.get("/uji/counter/setup/media", headers=PAGE))
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = part.format("csrf_token", "").encode() + token.encode() + b"\r\n"
    body += part.format("file", '; filename="film.mp4"').encode() + MP4 + b"\r\n--x--\r\n"

    refused = browser.post(
        "/uji/counter/setup/media", headers=PAGE, data=body, content_type="multipart/form-data; boundary=x"
    )

    assert refused.status_code == 507
    assert "Disk penuh" in refused.text
    assert not folder(app).exists() or [path.name for path in folder(app).iterdir()] == []
    assert here.take().number == "A-001"  # the queue goes on
