"""The setup in the browser: one file per theme, each a page of its own; everything an office needs to set."""

from __future__ import annotations

from counter.setup import (
    backup,
    counters,
    display,
    hours,
    imports,
    letters,
    media,
    office,
    officers,
    overview,
    printers,
    privacy,
    register,
    rules,
    services,
    standard,
    survey,
    voice,
    wizard,
)
from counter.setup.page import blueprint

PAGES = (
    overview,
    office,
    services,
    standard,
    counters,
    officers,
    hours,
    imports,
    letters,
    register,
    rules,
    display,
    media,
    voice,
    printers,
    survey,
    privacy,
    backup,
    wizard,
)
"""Importing a page brings its routes."""

__all__ = ["PAGES", "blueprint"]
