"""Messages that the office's gateway sends to applicants' phones: what such a gateway is, and what it is sent.

A message says what `domain.files.reminder` says. The number stands in no row of the outbox and in no log: it is read
from the file when the message goes out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.errors import Invalid
from shared.domain.files.reminder import Reminder
from shared.domain.undo import UNDO_WITHIN

BY_ITSELF = (Reminder.READY, Reminder.INCOMPLETE)
"""What a step of a file brings with it; who is asked to come is asked by an officer."""
AFTER = UNDO_WITHIN + timedelta(seconds=5)
"""A step may be taken back for so long, and with it what it would have said."""
FOR_GOOD = frozenset({"http_400", "http_404", "http_410", "http_413", "http_422"})
"""Answers of a gateway that does not want this message; it would not want it later either."""

BODY = '{"to": "{number}", "text": "{text}", "id": "{id}"}'
"""What is sent where the office has written nothing else."""
MOST_BODY = 1000
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_OURS = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding", "user-agent", "expect"})


@dataclass(frozen=True, slots=True)
class Gateway:
    """A program that takes messages. `kinds`: those that go out by themselves."""

    kinds: frozenset[Reminder]


def header_name(text: str) -> str:
    """Of the header that carries the secret. Raises `Invalid("gateway_header")`."""
    if not _HEADER.fullmatch(text) or text.lower() in _OURS:
        raise Invalid("gateway_header", fields=["header"])
    return text


def secret_value(text: str) -> str:
    """What stands in it. Raises `Invalid("gateway_secret")` for what no header can carry."""
    if not text.isascii() or not text.isprintable():
        raise Invalid("gateway_secret", fields=["secret"])
    return text


def body_template(text: str) -> str:
    """JSON with {number} and {text} in it. Raises `Invalid("gateway_body")`."""
    try:
        said = json.dumps(json.loads(text))
    except (ValueError, RecursionError):
        raise Invalid("gateway_body", fields=["body"]) from None
    if "{number}" not in said or "{text}" not in said:
        raise Invalid("gateway_body", fields=["body"])
    return text


def body(template: str, *, number: str, text: str, message_id: str) -> bytes:
    """The template with its places filled; `number` as WhatsApp wants it: digits that begin with the country's."""
    values = {"{number}": number, "{text}": text, "{id}": message_id}
    return json.dumps(_filled(json.loads(template), values), ensure_ascii=False).encode()


def _filled(part: object, values: dict[str, str]) -> object:
    if isinstance(part, str):
        return re.sub(r"\{(?:number|text|id)\}", lambda found: values[found[0]], part)
    if isinstance(part, list):
        return [_filled(each, values) for each in part]
    return {key: _filled(each, values) for key, each in part.items()} if isinstance(part, dict) else part
