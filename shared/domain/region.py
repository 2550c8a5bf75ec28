"""The regions of a regency: its sub-districts (kecamatan) and their villages, by the codes of the home ministry."""

from __future__ import annotations

from dataclasses import dataclass


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
