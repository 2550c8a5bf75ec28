"""What the slips of an office share: its letterhead."""

from __future__ import annotations

from shared.domain.office import OfficeConfig, ServiceConfig
from shared.domain.slips.head import Letterhead


def letterhead(office: OfficeConfig, service: ServiceConfig) -> Letterhead:
    """What every slip of this service says about its office; what the office has not filled in is left out."""
    fee = service.standard.fee
    return Letterhead(
        office.name,
        address=office.profile.get("address"),
        complaint=office.channels(service),
        free=fee.rupiah == 0 if fee and fee.rupiah is not None else None,
        is_practice=office.settings.is_practice,
        above=tuple(office.profile.get("letterhead", ())),
        contact=tuple(office.profile[key] for key in ("phone", "email", "web") if office.profile.get(key)),
    )


def office_letterhead(office: OfficeConfig) -> Letterhead:
    """The short head of a slip that belongs to no service."""
    return Letterhead(office.name, address=office.profile.get("address"), is_practice=office.settings.is_practice)
