"""Setup of what a display shows and says: pictures and videos in their order, and the office's own voice."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chromium import CHROMIUM, CHROMIUM_ARGS, barriers
from flask import Flask
from people import csrf, sign_in_page
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from server import Server
from test_voice import tone, wav
from world import PASSWORD, World

from shared.domain.queue import speech
from shared.voice.loudness import TARGET_LUFS, integrated

PAGE = {"Accept": "text/html"}
MP4 = b"\0\0\0\x18ftypmp42" + bytes(3_000_000)
Post = Callable[..., Any]


@pytest.fixture
def admin(app: Flask) -> Post:
    """Sends a form as the admin; `admin("/media", row="remove:a.png")`."""
    browser = app.test_client()

    def send(address: str, **form: Any) -> Any:
        page = browser.get("/uji/counter/setup/media", headers=PAGE, follow_redirects=True)
        return browser.post(f"/uji/counter{address}", headers=PAGE, data={"csrf_token": csrf(page), **form})

    send("/sign-in", login="admin", password=PASSWORD)
    return send


def picture(kind: str = "PNG", width: int = 64) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, 36), "navy").save(file, kind)
    return file.getvalue()


def slides(app: Flask) -> list[str]:
    found = app.test_client().get("/uji/display/media.json").json
    assert found
    return [slide["url"].rpartition("/")[2].partition("?")[0] for slide in found["slides"] if "url" in slide]


def test_pictures_and_videos_come_go_and_change_places(app: Flask, admin: Post) -> None:  # setup.slides
    several = [(io.BytesIO(picture("JPEG")), "b potret.jpeg"), (io.BytesIO(picture()), "../../a.png")]
    assert admin("/setup/media", file=several).status_code == 303
    assert admin("/setup/media", file=(io.BytesIO(MP4), "film.mov")).status_code == 303  # larger than any other form
    assert slides(app) == ["a.png", "b%20potret.jpg", "film.mp4"]

    admin("/setup/media", row="up:film.mp4")
    admin("/setup/media", row="down:a.png")
    assert slides(app) == ["film.mp4", "a.png", "b%20potret.jpg"]
    admin("/setup/media", row="remove:film.mp4")

    assert "film.mp4" not in slides(app)
    assert admin("/setup/media", row="remove:film.mp4").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("film.mp4", b"<html>not a film"), ("a.png", picture()[:40]), ("a.svg", b"<svg/>"), ("x.png", b"")],
)
def test_what_is_no_picture_or_video_is_not_kept(app: Flask, admin: Post, name: str, content: bytes) -> None:
    refused = admin("/setup/media", file=(io.BytesIO(content), name))

    assert refused.status_code == 400
    assert "data-refused" in refused.text
    assert slides(app) == []


def test_other_forms_and_strangers_stay_small(app: Flask, admin: Post) -> None:
    assert admin("/setup/display", running_text=io.BytesIO(MP4)).status_code == 413
    stranger = app.test_client().post(
        "/uji/counter/setup/media", headers=PAGE, data={"file": (io.BytesIO(MP4), "a.mp4")}
    )
    assert stranger.status_code == 413


def test_an_office_that_does_not_want_its_recordings_is_spoken_by_the_synthesiser(app: Flask, here: World) -> None:
    from shared.engine.setup import office as engine
    from shared.web import voice

    form = engine.display_form(here.store.office_config(here.id)).model_copy(update={"own_voice": False})
    with app.test_request_context("/"):
        for phrase in speech.call_phrases("A-001", "Loket 1"):
            voice.keep_clip(here.store.office_config(here.id), "id", phrase.key, wav(tone(700.0, 0.3)))
        own = voice.call(here.store.office_config(here.id), "A-001", "Loket 1")
        here.by_itself(engine.change_display, form)
        made = voice.call(here.store.office_config(here.id), "A-001", "Loket 1")

    assert own != made


@pytest.fixture
def studio(browser: Browser, serve: Callable[..., Server]) -> Iterator[tuple[Page, Server]]:
    """The page of the office's own voice in a browser with a microphone: it beeps once a second."""
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    server = serve()
    started = browser.browser_type.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *flags])
    page = started.new_context(locale="id-ID", viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(90_000)
    sign_in_page(page, server, "lumajang", "admin")
    page.goto(f"{server.url}/lumajang/counter/setup/voice")
    yield page, server
    started.close()


def test_a_phrase_is_recorded_in_the_browser_trimmed_and_as_loud_as_the_others(studio: tuple[Page, Server]) -> None:
    page, server = studio
    clip = page.locator("[data-clip='digit.7']")
    missing = page.locator("[data-missing]").inner_text()

    clip.locator("[data-action=record]").click()
    expect(page.locator("[data-level]")).to_be_visible()
    for _ in range(600):
        if page.locator("[data-level]").evaluate("meter => meter.value > 0.05"):
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(1500)
    page.route("**/digit.7*", lambda route: route.abort())
    clip.locator("[data-action=record]").click()
    expect(clip.locator("[data-state]")).to_have_text("belum tersimpan")
    page.unroute("**/digit.7*")
    page.evaluate("document.querySelector('[data-clips]').dataset.csrf = 'of a session that ended'")
    clip.locator("[data-action=again]").click()

    expect(clip.locator("[data-state]")).to_have_text("sudah direkam")
    path = server.data / "voice" / "clips" / "lumajang" / "id" / "digit.7.wav"
    with wave.open(str(path)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
        assert (sound.getnchannels(), sound.getframerate()) == (1, 22050)
    assert abs(integrated(list(samples)) - TARGET_LUFS) < 1
    page.reload()
    assert page.locator("[data-missing]").inner_text() != missing
    clip.locator("[data-action=listen]").click()
    found = barriers(page)
    assert [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found] == []


def test_a_wav_is_brought_where_there_is_no_microphone(  # setup.recording
    studio: tuple[Page, Server],
) -> None:
    page, _ = studio
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false });")
    page.goto(page.url + "?language=en")
    expect(page.locator("[data-no-microphone]")).to_be_visible()
    assert page.locator("[data-action=record]:visible").count() == 0
    clip = page.locator("[data-clip='letter.A']")

    broken = {"name": "a.wav", "mimeType": "audio/wav", "buffer": b"RIFF and nothing more"}
    clip.locator("input[type=file]").set_input_files(broken)  # type: ignore[arg-type]
    clip.locator("[data-action=bring]").click()
    expect(page.locator("[data-refused]")).to_contain_text("WAV")
    right = {"name": "a.wav", "mimeType": "audio/wav", "buffer": wav(tone(700.0, 0.5))}
    clip.locator("input[type=file]").set_input_files(right)  # type: ignore[arg-type]
    clip.locator("[data-action=bring]").click()
    expect(page.locator("[data-saved]")).to_be_visible()
    expect(clip.locator("[data-state]")).to_have_text("sudah direkam")
    clip.locator("[data-action=forget]").click()
    expect(clip.locator("[data-state]")).to_have_text("belum direkam")
