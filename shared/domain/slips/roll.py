"""How many slips a roll of paper still holds; an estimate from what was printed since it was changed."""

from __future__ import annotations

ROLLS_MM = {"58": 31_000, "80": 82_000}
"""A roll of 58 x 50 mm and one of 80 x 80 mm: pi (D2 - d2) / 4t with a core of 12 mm and paper 0.06 mm thick."""

SLIP_MM = 120.0
"""A number slip with a few requirements, until this roll has taught better."""


def roll_mm(profile: str) -> int:
    """The usual length of a new roll for this paper; a profile without a width in its name is taken for 80 mm."""
    return ROLLS_MM.get(profile[:2], ROLLS_MM["80"])


def slips_left(length_mm: int, printed_mm: float, printed_slips: int) -> int:
    """Slips of the usual length that the rest of the roll holds; never below zero."""
    each_mm = printed_mm / printed_slips if printed_slips else SLIP_MM
    return max(0, int((length_mm - printed_mm) / each_mm)) if each_mm > 0 else 0
