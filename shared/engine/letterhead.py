"""What the slips of an office share: its letterhead."""

from __future__ import annotations

from shared.domain.slip_head import Letterhead
from shared.store.setup import ServiceSetup, Setup


def letterhead(setup: Setup, service: ServiceSetup) -> Letterhead:
    """What every slip of this service says about its office; what the office has not filled in is left out."""
    standard = service.standard
    complaint = standard.complaint
    channels = (complaint.phone, complaint.email, *complaint.web) if complaint else ()
    return Letterhead(
        setup.name,
        address=setup.profile.get("address"),
        complaint=tuple(channel for channel in channels if channel)[:2],
        free=standard.fee.rupiah == 0 if standard.fee and standard.fee.rupiah is not None else None,
        is_practice=setup.settings.is_practice,
        above=tuple(setup.profile.get("letterhead", ())),
        contact=tuple(setup.profile[key] for key in ("phone", "email", "web") if setup.profile.get(key)),
    )
