"""The office's arms and colour: readable on every ground, and on every screen."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from people import sign_in
from PIL import Image
from world import World

from shared.domain.colour import DARK_GROUND, LEAST_CONTRAST, LIGHT_GROUND, contrast, palette

SCREENS = ("/uji/kiosk", "/uji/display", "/uji/counter/sign-in")


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_becomes_one_in_which_and_on_which_letters_can_be_read(number: int) -> None:
    found = palette(f"#{number:06x}")

    for shade, ground, ink in ((found.light, LIGHT_GROUND, found.light_ink), (found.dark, DARK_GROUND, found.dark_ink)):
        assert contrast(shade, ground) >= LEAST_CONTRAST
        assert contrast(shade, ink) >= LEAST_CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette("#8c1d2f").light == "#8c1d2f"
    assert palette("#ffd166").light != "#ffd166"


def test_a_chosen_colour_is_previewed_adjusted_and_in_force_on_every_screen(app: Flask, here: World) -> None:
    # setup.colour
    admin = sign_in(app, "admin")
    page = admin.get("/uji/counter/setup/office?colour=%23ffd166").text
    assert "data-adjusted" in page
    assert "colours.css" not in admin.get("/uji/kiosk").text

    taken = admin.post("/uji/counter/setup/office/colour", colour="#FFD166")

    assert taken.status_code == 303
    shade = palette("#ffd166")
    visitor = app.test_client()
    for screen in (*SCREENS, f"/t/{here.take().token}"):
        assert "/uji/colours.css?v=" in visitor.get(screen).text, screen
    sheet = visitor.get("/uji/colours.css").text
    assert f"--brand: {shade.light}" in sheet
    assert f"--brand: {shade.dark}" in sheet
    assert f".plain .call {{ background: {shade.light}" in sheet  # an engine without custom properties
    assert f'fill="{shade.light}"' in visitor.get("/uji/icon.svg").text
    assert "/uji/icon.svg?v=" in visitor.get("/uji/display/plain").text
    assert f'name="theme-color" content="{shade.light}"' in visitor.get(f"/t/{here.take().token}").text
    assert admin.post("/uji/counter/setup/office/colour", colour="red; x").status_code == 400
    admin.post("/uji/counter/setup/office/colour")
    assert app.test_client().get("/uji/colours.css").status_code == 404


def test_the_arms_stand_in_colour_on_every_screen_and_grey_on_paper(app: Flask, here: World) -> None:
    admin = sign_in(app, "admin")
    picture = io.BytesIO()
    Image.new("RGBA", (900, 1200), (140, 29, 47, 255)).save(picture, "PNG")
    picture.seek(0)
    assert app.test_client().get("/uji/arms.png").status_code == 404

    admin.post("/uji/counter/setup/office/logo", logo=(picture, "lambang.png"))

    visitor = app.test_client()
    for screen in (*SCREENS, f"/t/{here.take().token}"):
        assert "/uji/arms.png?v=" in visitor.get(screen).text, screen
    shown = app.test_client().get("/uji/arms.png")
    arms = Image.open(io.BytesIO(shown.data))
    assert arms.convert("RGBA").getpixel((5, 5)) == (140, 29, 47, 255)
    assert max(arms.size) == 240
    assert "max-age" in shown.headers["Cache-Control"]
    assert here.store.office_config(here.id).profile["logo"], "and the slips have theirs"


def test_the_arms_stand_on_the_sheets_to_sign(app: Flask, here: World) -> None:
    admin = sign_in(app, "admin")
    without = admin.get("/uji/counter/register.pdf")
    picture = io.BytesIO()
    Image.new("RGBA", (300, 360), (140, 29, 47, 255)).save(picture, "PNG")
    picture.seek(0)

    admin.post("/uji/counter/setup/office/logo", logo=(picture, "lambang.png"))

    sheet = admin.get("/uji/counter/register.pdf")
    assert (without.status_code, sheet.status_code) == (200, 200)
    assert b"/Subtype/Image" not in without.data
    assert b"/Subtype/Image" in sheet.data
