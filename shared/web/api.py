"""What programs may send, checked by pydantic, and its description as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from shared.domain.counter import TransferPlace
from shared.domain.errors import Invalid
from shared.domain.ticket import Action, State

M = TypeVar("M", bound=BaseModel)


class TakeTicket(BaseModel):
    """A number, please."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    priority: bool = Field(False, description="one of the priority groups; no proof is asked")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: str = Field("id", pattern="^(id|en)$")


class PrintMissing(BaseModel):
    """What the visitor still has to bring, on paper."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(min_length=1, max_length=40, description="slug of the service")
    answers: dict[str, str] = Field(default_factory=dict, description="question key: option key")
    ready: list[str] = Field(default_factory=list, max_length=60, description="keys of what the visitor has")
    language: str = Field("id", pattern="^(id|en)$")


class ComeBack(BaseModel):
    """A number for somebody whose file is in the house."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=200, description="what the receipt says: QR, token or register number")
    nonce: str = Field(min_length=8, max_length=64, description="made by the page; the same nonce, the same ticket")
    language: str = Field("id", pattern="^(id|en)$")


class Act(BaseModel):
    """What goes with an action on a ticket."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(None, max_length=200)
    to_counter: int | None = Field(None, ge=1, description="for transfer: the number of the other counter")
    to_service: str | None = Field(None, max_length=40, description="for transfer: slug of the other service")
    place: TransferPlace = Field(TransferPlace.KEPT, description="for transfer: where in the other line")
    returns: bool = Field(False, description="for transfer: this counter wants the visitor back")

    @field_validator("reason", "to_counter", "to_service", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object) -> object:
        return None if value == "" else value


def body(model: type[M]) -> M:
    """The request's JSON object or form as `model`; raises 400 with the names of the wrong fields."""
    if request.is_json:
        values = request.get_json(silent=True)
        if not isinstance(values, dict):
            raise Invalid("malformed_json", fields=[])
    else:
        values = {key: value for key, value in request.form.items() if key != "csrf_token"}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid("fields", fields=[".".join(map(str, e["loc"])) for e in error.errors()]) from None


def document(version: str) -> dict[str, Any]:
    """The outside interface as OpenAPI."""
    error = {"description": "Nothing was changed", "content": _json({"$ref": "#/components/schemas/Error"})}
    ticket = {"description": "The ticket", "content": _json({"$ref": "#/components/schemas/Ticket"})}
    board = {"description": "The board", "content": _json({"$ref": "#/components/schemas/Board"})}
    actions = ", ".join(action.value for action in Action if action != Action.CLOSE_DAY)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Loket", "version": version},
        "paths": {
            "/{office}/kiosk/tickets": {
                "parameters": [_parameter("office")],
                "post": {
                    "summary": "Take a number",
                    "requestBody": {"required": True, "content": _json(TakeTicket.model_json_schema())},
                    "responses": {"201": ticket, "400": error, "401": error, "404": error, "409": error},
                },
            },
            "/{office}/display/board.json": {
                "parameters": [_parameter("office")],
                "get": {"summary": "The public picture", "responses": {"200": board, "401": error, "404": error}},
            },
            "/{office}/counter/{counter}/next": {
                "parameters": [_parameter("office"), _parameter("counter", "integer")],
                "post": {
                    "summary": "Call the next visitor",
                    "responses": {"200": ticket, "204": {"description": "Nobody waits"}, "409": error},
                },
            },
            "/{office}/counter/{counter}/tickets/{ticket}/{action}": {
                "parameters": [
                    _parameter("office"),
                    _parameter("counter", "integer"),
                    _parameter("ticket", "integer"),
                    _parameter("action"),
                ],
                "post": {
                    "summary": f"Move a ticket: {actions}",
                    "requestBody": {"content": _json(Act.model_json_schema())},
                    "responses": {"200": ticket, "400": error, "404": error, "409": error},
                },
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR, "Ticket": _TICKET, "Board": {"type": "object"}},
        },
        "security": [{"token": []}],
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


_ERROR = {
    "type": "object",
    "properties": {
        "error": {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    },
}
_TICKET = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "number": {"type": "string"},
        "state": {"type": "string", "enum": [state.value for state in State]},
        "token": {"type": "string"},
        "ahead": {"type": "integer"},
        "wait_min_low": {"type": ["integer", "null"]},
        "wait_min_high": {"type": ["integer", "null"]},
    },
}
