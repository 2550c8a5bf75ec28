"""Every page that an officer can open opens for each role, with safe headers and nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from desks import ROLES, Desks
from flask import Flask
from people import sign_in
from werkzeug.test import TestResponse

from shared.web.app import create_app
from shared.web.server.safe_headers import HEADERS
from shared.web.settings import Settings


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


def pages(app: Flask) -> list[str]:
    """The addresses that need nothing but the office."""
    rules = (
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments == {"office"}
    )
    return sorted(rule.rule.replace("<office>", "lumajang") for rule in rules)


@pytest.mark.parametrize("who", ROLES)
def test_every_page_opens(app: Flask, desks: Desks, who: str) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    file = desks.receive("loket1", taken.id)
    desks.take()
    browser = sign_in(app, who, office="lumajang")

    opened = {path: browser.get(path) for path in [*pages(app), f"/lumajang/counter/cases/{file['id']}"]}

    assert "/lumajang/counter/recap" in opened
    assert {path: answer.status_code for path, answer in opened.items() if answer.status_code >= 500} == {}
    assert {path: found for path, answer in opened.items() if (found := unsafe(answer))} == {}


INLINE = re.compile(
    r"""<style|<[a-z][^>]*\s(?:on[a-z]+|style)=["']|<script(?![^>]*(?:\bsrc=|type="application/json))"""
)
"""What our own policy for contents keeps from running or from having an effect."""


def unsafe(answer: TestResponse) -> list[str]:
    """What the answer lacks of the headers, or has inline."""
    policy = answer.headers.get("Content-Security-Policy", "")
    wanted = (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "form-action 'self'",
    )
    found = [each for each in wanted if each not in policy and "default-src 'none'" not in policy]
    found += ["unsafe"] if "unsafe-" in policy else []
    found += [name for name in HEADERS if name not in answer.headers]
    return found + (INLINE.findall(answer.text) if answer.mimetype == "text/html" else [])
