"""Every JSON answer of an app under test is held against its description."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, request

from shared.web.answers import ErrorAnswer
from shared.web.openapi import description


def held_to_description(app: Flask) -> Flask:
    """An answer with a field too many or too few, or without a description, fails the test that asked."""
    app.after_request(_check)
    return app


def _check(response: Response) -> Response:
    if not response.is_json or request.url_rule is None or request.path == "/openapi.json":
        return response
    body: Any = response.get_json()
    if response.status_code >= 400:
        ErrorAnswer.model_validate(body)
        return response
    model = description(current_app.view_functions[request.url_rule.endpoint]).gives
    assert model is not None, f"{request.method} {request.path} answers JSON and does not say which"
    model.model_validate(body)
    return response
