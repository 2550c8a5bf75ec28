"""The service standard: what an office promises for each service, and the steps that carry it out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who acts in a step. The applicant acts only in the first one; the other roles are officers'."""

    APPLICANT = "pemohon"
    LOKET = "loket"
    KASI = "kasi"
    OPERATOR = "operator"
    SEKRETARIAT = "sekretariat"
    CAMAT = "camat"
    ADMIN = "admin"


class Collects(StrEnum):
    """What a step can gather; a closed set, because the domain must know how to check each of them."""

    DOCUMENTS = "documents"
    VALIDATION = "validation"
    ACCOUNT = "account"
    LOGIN = "login"
    ENTRY = "entry"
    CONFIRMATION = "confirmation"
    PRODUCT = "product"
    SIGNATURE = "signature"
    ARCHIVE = "archive"
    RECEIVER = "receiver"
    RECAP = "recap"


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the procedure."""

    key: str
    title: str
    role: Role
    needs_applicant: bool = False
    collects: tuple[Collects, ...] = ()
    may_send_back_to: tuple[str, ...] = ()
    norm_minutes: int | None = None
    silent: bool = False
