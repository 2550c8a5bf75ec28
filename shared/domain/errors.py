"""Refusals: the errors that people meet. Each has a code, for which the catalogues have a sentence."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something that a person asked for and does not get; nothing was changed.

    `code`: stable word, the key of the sentence in the catalogues (`error.<code>`).
    `facts`: what the sentence needs, such as `step` or `missing`; never personal data.
    """

    status = 400

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Any] = facts


class NotAllowed(Refusal):
    """The move is not possible in the present state: a stale click, an occupied counter."""

    status = 409


class Closed(Refusal):
    """The office or the service gives no numbers now."""

    status = 409


class Missing(Refusal):
    """What the step must collect is not there or not valid; `facts["missing"]` lists the codes of what."""

    status = 422


def must_be_said(reason: str) -> str:
    """The reason without blanks around it; raises `Missing("reason")` when nothing is left."""
    if not reason.strip():
        raise Missing("reason", missing=["reason"])
    return reason.strip()


class Unknown(Refusal):
    """No such office, service, counter, ticket or case here."""

    status = 404


class Forbidden(Refusal):
    """This officer, role or device may not do that."""

    status = 403


class Invalid(Refusal):
    """A request that says something impossible; `facts["fields"]` names the fields."""

    status = 400
