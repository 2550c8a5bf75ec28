"""What the forms of a file's page show, so that an older tab does not save over what a newer one did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shared.domain.files.file import File
from shared.domain.files.matter import Matter, asked_at, masked
from shared.domain.files.trail import sitting
from shared.domain.identity import mask
from shared.domain.standards.parts import DeclaredField, FieldKind
from shared.domain.standards.standard import Collects, Role, ServiceStandard, Step, applies
from shared.domain.typed import as_typed
from shared.web.forms import Shows

TEXTS = {
    Collects.PRODUCT: ("nib", "licence", "documents"),
    Collects.LETTER: ("number", "on"),
    Collects.FOREIGN: ("number", "on"),
    Collects.BILL: ("amount",),
    Collects.PAYMENT: ("amount", "number"),
    Collects.ARCHIVE: ("number", "place"),
}
"""What is typed at a step, by what it collects. A tick that an older tab does not send takes nothing back."""

AT = {"letter_date": "letter.on", "foreign_date": "foreign.on", "nib": "product.nib", "product": "product.documents"}
AT |= {"bill": "bill.amount", "amount": "payment.amount", "payment": "payment.is_paid", "receiver": "receiver.kind"}
AT |= {"validation": "validation.is_valid", "confirmation": "confirmation.is_approved"}
AT |= {"signature": "signature.is_signed"} | {each: f"{each}.is_done" for each in ("account", "login", "entry")}
"""Where a code of what is missing stands in the form, when `<kind>_<name>` does not say it."""

DAYS = (FieldKind.DATE, FieldKind.TIME)


def correction_shows(service: ServiceStandard, file: File) -> Shows:
    """What the form of a correction shows first."""
    said = shown_applicant(file.applicant)
    filled = [each for each in service.fields if each.key in file.matter]
    return {f"applicant.{each}": said.get(each, "") for each in service.asked} | _matter(filled, file.matter)


def step_shows(service: ServiceStandard, file: File, here: Step, roles: Collection[Role]) -> Shows:
    """What the form of the file's step shows first, that of its sitting as well."""
    shows = _matter(declared_at(service, here, file.facts(service)), file.matter)
    for step in sitting(file.way(service), here, roles):
        for kind in step.collects:
            entry = file.collected.at(step.key).get(kind, {})
            shows |= {f"collected.{kind}.{at}": _text(entry.get(at), is_day=at == "on") for at in TEXTS.get(kind, ())}
    return shows


def field_of(code: str) -> str:
    """The name of the form's field that a code of what a step lacks is about: "archive_number", "documents:ktp"."""
    about, _, key = code.partition(":")
    if key:
        return {"documents": f"collected.documents.{key}", "field": f"matter.{key}"}.get(
            about, f"collected.taken.{key}.{about}"
        )
    return f"collected.{AT.get(code, code.replace('_', '.', 1))}"


def correctable(service: ServiceStandard, file: File, *, is_whole: bool) -> list[DeclaredField]:
    """The filled fields that a correction may change; with a NIK in them only while it is shown whole."""
    filled = [each for each in service.fields if each.key in file.matter]
    return [
        each for each in filled if is_whole or FieldKind.NIK not in (each.kind, *(part.kind for part in each.fields))
    ]


def declared_at(service: ServiceStandard, step: Step, facts: Mapping[str, str]) -> list[DeclaredField]:
    """The fields of the step; also those that depend on a choice made in the same form."""
    here = asked_at(service, step)
    chosen_here = {each.key for each in here if each.kind == FieldKind.CHOICE}
    may_come = [each for each in here if {name for name, _ in each.when} & (chosen_here - facts.keys())]
    return [each for each in here if each in may_come or applies(each.when, facts)]


def shown_applicant(applicant: Mapping[str, str], whole: bool = False) -> dict[str, str]:
    """The applicant's data for a screen: the NIK masked unless somebody asked for it."""
    return {key: value if whole or key != "nik" else mask(value) for key, value in applicant.items()}


def _matter(fields: Iterable[DeclaredField], matter: Matter) -> dict[str, str | list[str]]:
    fields = list(fields)
    said, shows = masked(fields, matter), dict[str, str | list[str]]()
    for each in fields:
        at, value = f"matter.{each.key}", said.get(each.key)
        if each.kind != FieldKind.GROUP:
            shows[at] = _text(value, is_day=each.kind in DAYS)
            continue
        entries = value if isinstance(value, list) else []
        for place in range(each.most):
            entry = entries[place] if place < len(entries) else {}
            for part in each.fields:
                shows[f"{at}.{place}.{part.key}"] = _text(entry.get(part.key), is_day=part.kind in DAYS)
    return shows


def _text(value: object, *, is_day: bool = False) -> str:
    """As it stands in its box."""
    if isinstance(value, (list, tuple)):
        return "\n".join(map(str, value))
    return "" if value is None else as_typed(str(value)) if is_day else str(value)
