"""An amount of money as people read it."""

from __future__ import annotations


def rupiah(amount: int) -> str:
    """ "Rp250.000"."""
    return f"Rp{amount:,}".replace(",", ".")
