"""Blank forms that an office brought, one PDF for a requirement, to be printed at home; kept beside its pictures."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from flask import current_app

from shared.domain.errors import Invalid, Unknown
from shared.domain.standards.standard import ServiceStandard

LARGEST_MB = 5
_HEAD, _END = b"%PDF-", b"%%EOF"


def keep(office: str, service: ServiceStandard, key: str, content: bytes) -> None:
    """Keeps the form of a requirement in place of an earlier one.

    Raises `Unknown("not_found")`, and `Invalid("form_type")` for what is no whole PDF or too large.
    """
    path = _path(office, service, key)
    is_whole = _HEAD in content[:1024] and _END in content[-1024:]  # Source: ISO 32000-1, annex H.3
    if not is_whole or len(content) > LARGEST_MB * 10**6:
        raise Invalid("form_type", fields=["form"], megabytes=LARGEST_MB)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:  # a full disk: nothing is left behind
        Path(temporary).unlink(missing_ok=True)
        raise


def remove(office: str, service: ServiceStandard, key: str) -> None:
    _path(office, service, key).unlink(missing_ok=True)


def find(office: str, service: ServiceStandard, key: str) -> Path:
    """Raises `Unknown("not_found")` when there is none."""
    path = _path(office, service, key)
    if not path.is_file():
        raise Unknown("not_found")
    return path


def known(office: str, service: ServiceStandard) -> frozenset[str]:
    """Keys of the requirements for which there is a form."""
    return frozenset(each.key for each in service.requirements if _path(office, service, each.key).is_file())


def _path(office: str, service: ServiceStandard, key: str) -> Path:
    if key not in {each.key for each in service.requirements} or not re.fullmatch(r"[a-z0-9_-]+", key):
        raise Unknown("not_found")
    data = Path(current_app.extensions["loket_settings"].data).absolute()
    return data / "media" / office / ".forms" / service.slug / f"{key}.pdf"
