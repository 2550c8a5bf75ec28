"""`/openapi.json` says all that a program can ask and send, and says it truly."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.openapi import description
from shared.web.settings import Settings

READERS = ("read", "edit")
"""Functions that read what was sent as a model."""
PRINTERS_OWN = ("star.poll", "star.done")
"""What a Star printer is told is written in its maker's protocol."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(data=tmp_path_factory.mktemp("openapi"))
    upgrade(settings.database())
    store = Store(settings.database())
    yield create_app(settings, store, async_mode="threading")
    store.close()


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    found = app.test_client().get("/openapi.json").json
    assert found is not None
    return dict(found)


def sources(app: Flask) -> Iterator[tuple[str, Callable[..., Any], ast.AST]]:
    """Endpoint, view, and the syntax tree of the function under its guards."""
    for endpoint, view in app.view_functions.items():
        function = inspect.unwrap(view)
        if Path(inspect.getfile(function)).is_relative_to(Path(__file__).parents[1]):
            yield endpoint, view, ast.parse(textwrap.dedent(inspect.getsource(function)))


def calls(tree: ast.AST, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def place(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def test_every_post_and_every_json_get_is_described(app: Flask, document: dict[str, Any]) -> None:
    answering = {endpoint for endpoint, _, tree in sources(app) if any(calls(tree, ("jsonify",)))}
    missing = [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method in ("POST", "PUT", "PATCH", "DELETE")
        or (method == "GET" and rule.endpoint in answering - {"public.openapi"} and "POST" not in (rule.methods or ()))
        if method.lower() not in document["paths"].get(place(rule.rule), {})
    ]

    assert missing == []


def test_a_route_that_answers_json_says_which(app: Flask) -> None:
    silent = [
        endpoint
        for endpoint, view, tree in sources(app)
        if any(calls(tree, ("jsonify",))) and description(view).gives is None
        if endpoint not in ("public.openapi", *PRINTERS_OWN)
    ]

    assert silent == []


def read_models(tree: ast.AST) -> Iterator[str]:
    """Names of the models that the function hands to a reader of what was sent."""
    for call in calls(tree, READERS):
        for each in call.args:
            name = ast.unparse(each).rpartition(".")[2]
            if re.fullmatch(r"[A-Z][a-z]\w+", name):
                yield name


def test_a_route_that_reads_a_model_says_which(app: Flask) -> None:
    wrong = [
        (endpoint, model)
        for endpoint, view, tree in sources(app)
        for model in read_models(tree)
        if getattr(description(view).takes, "__name__", "") != model
    ]

    assert wrong == []


def test_every_reference_of_the_description_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))

    assert {"TakenTicket", "BoardFacts", "FileFacts", "FileClick", "ErrorAnswer"} <= references
    assert references <= set(document["components"]["schemas"])


def test_every_operation_has_a_sentence_and_a_name_of_its_own(document: dict[str, Any]) -> None:
    operations = [
        operation for path in document["paths"].values() for method, operation in path.items() if method != "parameters"
    ]

    assert all(operation["summary"] for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
