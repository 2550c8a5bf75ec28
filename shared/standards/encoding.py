"""The text of a file as Windows writes it: UTF-8 or UTF-16 with their marks, and Windows-1252."""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_NEVER_TYPED = re.compile("[\x80-\x9f\u00fe\u00ff]")
"""Bytes that Windows-1252 has no sign for, and two letters of no language here: a sign that this is no text."""

_DAMAGED = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac")
"""UTF-8 looked at as Windows-1252: one byte of a file in UTF-8 is broken."""


class NoText(ValueError):
    """`line`: where the first sign stands that cannot be read."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def decoded(content: bytes) -> str:
    """The text without its mark; raises `NoText`."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content.removeprefix(mark), encoding)
    try:
        return _decoded(content, "utf-8")
    except NoText as broken:
        western = "".join(map(_sign, content))
        if _NEVER_TYPED.search(western) or _DAMAGED.search(western):
            raise broken from None
        return western


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="replace")
        raise NoText(before.count("\n") + 1) from None


def _sign(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="replace").replace("\N{REPLACEMENT CHARACTER}", "\x80")
