"""What a service promises in a few words: time, fee, result, for whom; the same on kiosk, slips, phone and page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.slip import SlipWords
from shared.domain.standard import ServiceStandard
from shared.domain.standard_parts import Fee, Promise, Unit


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """In one language; what the office has not filled in is empty."""

    time: str = ""
    fee: str = ""
    products: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()

    def lines(self, words: SlipWords) -> list[str]:
        """ "Waktu: 1 (satu) hari kerja" and so on."""
        said = (("time", self.time), ("fee", self.fee), ("result", "; ".join(self.products)))
        return [f"{words(f'fact.{key}')}: {text}" for key, text in said if text]


def service_facts(service: ServiceStandard, words: SlipWords) -> ServiceFacts:
    return ServiceFacts(
        promised(service.promise, words),
        fee_words(service.fee, words),
        _products(service, words.language),
        tuple(each.text_in(words.language) for each in service.criteria),
    )


def _products(service: ServiceStandard, language: str) -> tuple[str, ...]:
    """In English only when every line was written in it."""
    is_whole = len(service.products_en) == len(service.products)
    always = service.products_en if language == "en" and is_whole else service.products
    return (*always, *(each.text_in(language) for each in service.products_by_case))


def promised(promise: Promise | None, words: SlipWords) -> str:
    """The promised time: as the standard says it, in English by its number; "" when none is promised."""
    if promise is None:
        return ""
    if words.language == "id" or promise.value is None or promise.unit is None or promise.up_to is not None:
        return promise.text
    return words(f"promise.{promise.unit.value}.{'one' if promise.value == 1 else 'many'}", count=promise.value)


def due(promise: Promise | None, due_at: datetime | None, words: SlipWords) -> str:
    """By when: a day for working days, the minute for what is promised in minutes or hours; "" without a promise.

    `due_at`: in the office's time.
    """
    if due_at is None:
        return ""
    is_short = promise is not None and promise.unit in (Unit.MINUTES, Unit.HOURS)
    return words.moment(due_at) if is_short else words.day(due_at.date())


def fee_words(fee: Fee | None, words: SlipWords) -> str:
    if fee is None:
        return ""
    if words.language == "id" or fee.rupiah is None:
        return fee.text
    return words("fee.rupiah", rupiah=f"{fee.rupiah:,}") if fee.rupiah else words("fee.free")
