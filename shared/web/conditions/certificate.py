"""What `conditions` says of the https certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.words import Words

if TYPE_CHECKING:
    from shared.web.conditions.conditions import Scene

NEAR = timedelta(days=30)


def certificate_over(scene: Scene) -> Iterator[dict[str, object]]:
    end = _ends_at(scene)
    if end is not None and end <= scene.now:
        yield {"end": partial(Words.day, on=end.date())}


def certificate_near(scene: Scene) -> Iterator[dict[str, object]]:
    end = _ends_at(scene)
    if end is not None and scene.now < end <= scene.now + NEAR:
        yield {"end": partial(Words.day, on=end.date())}


def _ends_at(scene: Scene) -> datetime | None:
    folder = scene.settings.data / "tls"
    if not folder.is_dir():
        return None
    from shared.web.server.certificates import ends_at

    return ends_at(folder)
