"""A browser without a screen: it sends forms with the token of a page, as a real one does."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from world import PASSWORD


def csrf(page: TestResponse) -> str:
    """The token that the forms of this page carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


class Browser:
    """One browser on the server's own machine."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        client.environ_base["HTTP_ACCEPT"] = "text/html"

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, *, follow_redirects: bool = False, **form: Any) -> TestResponse:
        page = self.client.get(f"/{path.split('/')[1]}/counter/password", follow_redirects=True)
        data = {"csrf_token": csrf(page), **form}
        return self.client.post(path, data=data, follow_redirects=follow_redirects)

    def sign_in(self, office: str, login: str, password: str = PASSWORD) -> None:
        assert self.post(f"/{office}/counter/sign-in", login=login, password=password).status_code == 302
