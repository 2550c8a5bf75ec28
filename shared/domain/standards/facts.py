"""What a service promises in a few words: time, fee, result, for whom; the same on kiosk, slips, phone and page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.slips.slip import SlipWords
from shared.domain.standards.case_words import in_case
from shared.domain.standards.parts import Fee, Promise, PromisePart, Rate, Unit
from shared.domain.standards.standard import ServiceStandard


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
        promised(service.promise, words, service),
        "; ".join(_fee(service, words)),
        _products(service, words.language),
        tuple(each.text_in(words.language) for each in service.criteria),
    )


def _products(service: ServiceStandard, language: str) -> tuple[str, ...]:
    """In English only when every line was written in it."""
    is_whole = len(service.products_en) == len(service.products)
    always = service.products_en if language == "en" and is_whole else service.products
    by_case = (in_case(service, each.text_in(language), each.when, language) for each in service.products_by_case)
    return (*always, *by_case)


def promised(promise: Promise | None, words: SlipWords, service: ServiceStandard | None = None) -> str:
    """The promised time: as the standard says it, in English by its number; "" when none is promised.

    `service`: whose it is; it has the words for the cases of its parts.
    """
    if promise is None:
        return ""
    counted = _counted(promise, words)
    whole = promise.text if words.language == "id" and promise.text else counted or promise.text
    untold = [each for each in promise.parts if each.text.lower() not in promise.text.lower()]
    parts = [_part(each, words, service) for each in untold]
    return "; ".join(each for each in (whole, *parts) if each)


def due(promise: Promise | None, due_at: datetime | None, words: SlipWords) -> str:
    """By when: a day for working days, the minute for what is promised in minutes or hours; "" without a promise.

    `due_at`: in the office's time.
    """
    if due_at is None:
        return ""
    is_short = promise is not None and promise.unit in (Unit.MINUTES, Unit.HOURS)
    return words.moment(due_at) if is_short else words.day(due_at.date())


def fee_words(fee: Fee | None, words: SlipWords) -> str:
    """What it costs: as the standard says it, in English (and without words of its own) by its number."""
    if fee is None:
        return ""
    if fee.rupiah is None or (words.language == "id" and fee.text):
        return fee.text
    return _rupiah(fee.rupiah, words) if fee.rupiah else words("fee.free")


# --- inside ---


def _part(part: PromisePart, words: SlipWords, service: ServiceStandard | None) -> str:
    """A part of the promise with its case; its number only where its words do not say it."""
    counted = _counted(part, words)
    text = part.text if not counted or counted in part.text or part.when else f"{part.text}: {counted}"
    return in_case(service, text, part.when, words.language) if service else text


def _counted(promise: Promise | PromisePart, words: SlipWords) -> str:
    """ "3-5 hari kerja"; "" where words alone promise."""
    if promise.value is None or promise.unit is None:
        return ""
    count = promise.value if promise.up_to is None else f"{promise.value}-{promise.up_to}"
    return words(f"promise.{promise.unit.value}.{'one' if count == 1 else 'many'}", count=count)


def _fee(service: ServiceStandard, words: SlipWords) -> Iterator[str]:
    """The fee and the rates that its words do not name."""
    fee, said = service.fee, fee_words(service.fee, words)
    if said:
        yield said
    fields = {each.key: each.text_in(words.language) for each in service.fields}
    for rate in fee.rates if fee else ():
        if rate.text.lower() not in said.lower():
            text = in_case(service, rate.text, rate.when, words.language)
            yield f"{text}: {_rate(rate, fields.get(rate.per or '', ''), words)}"


def _rate(rate: Rate, per: str, words: SlipWords) -> str:
    amount = f"{rate.percent:g}%" if rate.percent is not None else _rupiah(rate.rupiah or 0, words)
    return f"{amount} x {per}" if per else amount


def _rupiah(amount: int, words: SlipWords) -> str:
    grouped = f"{amount:,}"
    return words("fee.rupiah", rupiah=grouped.replace(",", ".") if words.language == "id" else grouped)
