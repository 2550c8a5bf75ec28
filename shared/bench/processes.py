"""The processes of a server, for what a measurement asks each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def tree(pid: int) -> Iterator[int]:
    """The process and all below it that live."""
    yield pid
    for task in tuple(Path(f"/proc/{pid}/task").iterdir()):
        for child in (task / "children").read_text().split():
            yield from tree(int(child))
