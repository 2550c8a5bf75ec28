"""Where people complain: the channels that an office answers, each with its kind; never a private number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class ChannelKind(StrEnum):
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    LAPORLUMAJANG = "laporlumajang"
    """The complaint site of the regency."""
    LAPOR = "lapor"
    """LAPOR!, the national one (SP4N)."""
    WEB = "web"
    DESK = "desk"
    """A person who hears complaints; the value says where."""
    BOX = "box"
    SOCIAL = "social"


WALKED_TO = (ChannelKind.BOX, ChannelKind.DESK)
"""What needs neither number nor address."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`value`: the number or address, None where the kind says it all. `label`: another name than the kind's own."""

    kind: ChannelKind
    value: str | None = None
    label: str | None = None

    @property
    def link(self) -> str | None:
        """What a screen opens; None for a channel that one has to walk to."""
        if not self.value:
            return None
        match self.kind:
            case ChannelKind.PHONE:
                return "tel:" + re.sub(r"[^0-9+]", "", self.value)
            case ChannelKind.WHATSAPP:
                return "https://wa.me/" + re.sub(r"^0", "62", re.sub(r"[^0-9]", "", self.value))
            case ChannelKind.EMAIL:
                return f"mailto:{self.value}"
            case ChannelKind.WEB | ChannelKind.LAPOR | ChannelKind.LAPORLUMAJANG if _HOST.match(self.value):
                return self.value if "://" in self.value else f"https://{self.value}"
        return None


_HOST = re.compile(r"(https?://)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/\S*)?$")

_SITES = {"laporlumajang": ChannelKind.LAPORLUMAJANG, "lapor.go.id": ChannelKind.LAPOR}


def channel_line(channel: Channel, words: Callable[[str], str]) -> str:
    """ "Telepon: 0334-123", as it stands on paper; the label alone where that says all."""
    name = channel.label or words(f"complaint_channel.{channel.kind.value}")
    return f"{name}: {channel.value}" if channel.value else name


def kind_of_page(address: str) -> ChannelKind:
    """WEB, unless the address is one of a complaint site that we know."""
    return next((kind for mark, kind in _SITES.items() if mark in address.lower()), ChannelKind.WEB)


def from_named(table: Mapping[str, object]) -> list[dict[str, object]]:
    """The channels of a table of named ones (`phone`, `email`, `web`, `address`, `facebook`, `instagram`), as files
    of earlier versions have them; as tables, in the order in which they are shown."""
    found: list[tuple[ChannelKind, object, str | None]] = [
        (ChannelKind.PHONE, table.get("phone"), None),
        (ChannelKind.EMAIL, table.get("email"), None),
    ]
    pages = table.get("web") or ()
    known = [(kind_of_page(page), page, None) for page in map(str, pages if isinstance(pages, Iterable) else ())]
    found += [each for each in known if each[0] is not ChannelKind.WEB]
    found += [each for each in known if each[0] is ChannelKind.WEB]
    found += [
        (ChannelKind.DESK, table.get("address"), None),
        (ChannelKind.SOCIAL, table.get("facebook"), "Facebook"),
        (ChannelKind.SOCIAL, table.get("instagram"), "Instagram"),
    ]
    return [
        {"kind": kind.value, "value": value, **({"label": label} if label else {})}
        for kind, value, label in found
        if value
    ]
