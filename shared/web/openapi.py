"""The description of the outside interface as OpenAPI 3.1, made from the routes and the models beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeAlias, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from shared.web.answers import ErrorAnswer

P = ParamSpec("P")
R = TypeVar("R")
Json: TypeAlias = "dict[str, Any]"
Model: TypeAlias = type[BaseModel]

REF = "#/components/schemas/{model}"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Described:
    """What a route takes as JSON or as a form, and what JSON it gives."""

    gives: Model | None
    takes: Model | None
    status: int


def described(
    gives: Model | None = None, *, takes: Model | None = None, status: int = 200
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a route with its models; nearest to the function, below the guards."""

    def mark(route: Callable[P, R]) -> Callable[P, R]:
        route.__dict__["described"] = Described(gives, takes, status)  # every guard's `wraps` hands it on
        return route

    return mark


def description(view: Callable[..., object]) -> Described:
    """What the route says of itself; nothing taken and nothing given as JSON when it says nothing."""
    found = getattr(view, "described", None)
    return found if isinstance(found, Described) else Described(None, None, 200)


def document(app: Flask) -> Json:
    """Every POST and DELETE of the URL map, and every GET that answers JSON."""
    paths: Json = {}
    models: set[Model] = {ErrorAnswer}
    for rule, method in _routes(app):
        view = app.view_functions[rule.endpoint]
        marks = description(view)
        models |= {model for model in (marks.takes, marks.gives) if model}
        path = paths.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        path["parameters"] = [_parameter(rule, name) for name in sorted(rule.arguments)]
        path[method.lower()] = _operation(rule, view, marks)
    _, schemas = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)], ref_template=REF
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Loket", "version": app.config["VERSION"]},
        "paths": {key: value for key, value in paths.items() if set(value) > {"parameters"}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas.get("$defs", {}),
        },
        "security": [{"token": []}],
    }


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        gives = description(app.view_functions[rule.endpoint]).gives
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if method != "GET" or (gives is not None and "POST" not in (rule.methods or ())):
                yield rule, method


def _operation(rule: Rule, view: Callable[..., object], marks: Described) -> Json:
    words = (view.__doc__ or "").strip().split("\n")[0]
    operation: Json = {
        "summary": words or view.__name__.replace("_", " ").capitalize(),
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "responses": {
            **_answer(marks),
            "4XX": {"description": "Nothing was changed", "content": _json(ErrorAnswer)},
        },
    }
    if marks.takes is not None:
        schema = {"schema": {"$ref": REF.format(model=marks.takes.__name__)}}
        operation["requestBody"] = {"required": True, "content": {"application/json": schema, FORM: schema}}
    return operation


def _answer(marks: Described) -> Json:
    if marks.gives is None:
        return {
            "204": {"description": "Done"},
            "302": {"description": "Done; a browser goes on to the page"},
        }
    answers: Json = {str(marks.status): {"description": _first_line(marks.gives), "content": _json(marks.gives)}}
    return answers


def _first_line(model: Model) -> str:
    return (model.__doc__ or model.__name__).strip().split("\n")[0]


def _json(model: Model) -> Json:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _parameter(rule: Rule, name: str) -> Json:
    kind = "integer" if f"<int:{name}>" in rule.rule else "string"
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
