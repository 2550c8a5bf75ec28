"""An amount of money as people read it."""

from __future__ import annotations

import re

from shared.domain.identity import plain, tidy


def rupiah(amount: int) -> str:
    """ "Rp250.000"."""
    return f"Rp{amount:,}".replace(",", ".")


def typed_amount(text: str) -> str:
    """The digits of an amount as people write it, "Rp. 250.000,-" or "250.000,00"; what is none stays none."""
    return re.sub("(?<=[0-9]),0{0,2}$", "", tidy(plain(text).lower().removeprefix("rp")))
