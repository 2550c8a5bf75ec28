"""What frames every slip: the office at its head, who hears complaints at its foot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.channel import Channel, ChannelKind, channel_line
from shared.domain.slips.slip import Cut, Line, Logo, Rule, SlipWords, Space, Text


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every slip says about its office. `complaint`: none when the office filled in none.

    `free`: whether "GRATIS" may stand there; None when the fee is unknown or not zero.
    """

    office: str
    address: str | None = None
    complaint: tuple[Channel, ...] = ()
    free: bool | None = None
    is_practice: bool = False
    above: tuple[str, ...] = ()
    """Lines over the name, such as the regency's."""
    contact: tuple[str, ...] = ()
    """Phone, e-mail and the like, on what somebody keeps as a proof."""


def top(head: Letterhead, words: SlipWords) -> list[Line]:
    """The short head: whose office, its name and address."""
    lines: list[Line] = [Logo(), *(Text(line, align="center") for line in head.above)]
    lines.append(Text(head.office.upper(), bold=True, align="center", tall=True))
    if head.address:
        lines.append(Text(head.address, align="center"))
    if head.is_practice:
        lines += _practice(words)
    return [*lines, Rule()]


def official(head: Letterhead, words: SlipWords) -> list[Line]:
    """The whole letterhead, for what is kept as a proof; a number slip stays short."""
    *lines, rule = top(replace(head, is_practice=False), words)
    contact = [Text(line, align="center") for line in head.contact]
    practice = _practice(words) if head.is_practice else []
    return [*lines, *contact, *practice, rule]


def _practice(words: SlipWords) -> list[Line]:
    return [
        Space(8),
        Text(words("slip.practice"), size=2, bold=True, align="center", inverse=True),
        Text(words("slip.practice_why"), align="center"),
    ]


def bottom(head: Letterhead, words: SlipWords) -> list[Line]:
    """ "Free of charge" and the complaint channels, as far as the office has them, and the end of the slip."""
    lines: list[Line] = []
    if head.free:
        lines += [Rule(), Text(words("slip.free"), bold=True, align="center", tall=True, part="band")]
    if head.complaint:
        lines += [] if head.free else [Rule()]
        lines += [Text(words("slip.complaint"), align="center", part="small")]
        lines += [Text(_channel(channel, words), align="center", part="small") for channel in head.complaint]
    return [*lines, Cut()]


def title(words: SlipWords, key: str, service: str, at: datetime | None = None) -> list[Line]:
    """What the slip is, for which service, and when it was made."""
    made = [Text(words.moment(at), align="center")] if at else []
    heading = Text(words(key), size=2, bold=True, align="center")
    return [heading, Space(8), Text(service, bold=True, align="center", part="service"), *made]


def _channel(channel: Channel, words: SlipWords) -> str:
    """An address needs no word before it."""
    if channel.kind is ChannelKind.DESK and channel.value and not channel.label:
        return channel.value
    return channel_line(channel, words)
