"""What every sheet of an office has in common: the letterhead above, place and date and signatures below."""

from __future__ import annotations

from base64 import b64decode
from datetime import date

from babel.dates import format_date

from shared.domain.files.letters import Signer, signer_on
from shared.domain.office import OfficeConfig

DOTS = "." * 40


def letterhead(office: OfficeConfig) -> dict[str, object]:
    """The lines above the name of the office, its name, how it is reached; a practice office says that it is one."""
    profile = office.profile
    contact = " · ".join(profile[key] for key in ("phone", "email", "web") if profile.get(key))
    return {
        "letterhead": profile.get("letterhead", []),
        "office": office.name,
        "contact": [line for line in (profile.get("address"), contact) if line],
        "is_practice": office.settings.is_practice,
        "arms": arms(office),
    }


def arms(office: OfficeConfig) -> list[int]:
    """The bytes of the office's arms as a sheet takes them; none when it has none."""
    return list(b64decode(str(office.profile.get("arms", ""))))


def signatures(office: OfficeConfig, on: date, made_by: str) -> dict[str, object]:
    """Who saw it on the left, who made it on the right; the office's own words in Indonesian, as all sheets are."""
    approver = signer_on(office.settings.signers, office.settings.approver, on)
    reporter = signer_on(office.settings.signers, office.settings.reporter, on)
    return {
        "place": office.place,
        "on": day(on),
        "approver": _block(approver) if approver else {"heading": ["Camat"], "name": DOTS, "below": []},
        "reporter": _block(reporter) if reporter else {"heading": [], "name": made_by, "below": []},
    }


def day(on: date) -> str:
    """ "30 November 2026"."""
    return str(format_date(on, "d MMMM yyyy", locale="id"))


def _block(signer: Signer) -> dict[str, object]:
    return {"heading": list(signer.heading), "name": signer.name, "below": list(signer.below)}
