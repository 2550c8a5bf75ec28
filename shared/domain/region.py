"""The regions of a regency: its sub-districts (kecamatan) and their villages, by the codes of the home ministry."""

from __future__ import annotations

import re
from dataclasses import dataclass

REGION_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
"""Of a province, a regency, a sub-district or a village, as the ministry writes it: "35.08.10"."""


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or a kelurahan; `code` such as "35.08.10.1001"."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan; `code` such as "35.08.10"."""

    code: str
    name: str
    villages: tuple[Village, ...]
