"""What an admin sets: the office, its services, counters, printers and rules; each change is one event of the audit.

Every verb takes what was typed as a checked form, writes the rows, raises the office's `setup_version`, so that every
process reads the setup anew, and records what changed. A form that changes nothing leaves no trace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import update

from shared.domain.bounds import FIRST_DAY, HIGHEST, LAST_DAY
from shared.domain.calendar import Convention
from shared.domain.channel import WALKED_TO, ChannelKind
from shared.domain.colour import is_colour
from shared.domain.errors import Invalid, Unknown
from shared.domain.identity import folded
from shared.domain.numbering import SERIES
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.queue.speech import Style
from shared.domain.typed import iso_clock, iso_day
from shared.engine.queue.stranded import must_strand_nobody
from shared.store.office import Transaction
from shared.store.office_config import settings_to_json
from shared.store.tables import Counter, Office, Service

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """The text; raises when it would command a printer."""
    if _CONTROL.search(text):
        raise PydanticCustomError("control", "control characters")
    return text


def lines(value: object) -> object:
    """What stands in a large field, line by line."""
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


def lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _length(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Short = Annotated[str, _length(40), AfterValidator(printable)]
Line = Annotated[str, _length(120), AfterValidator(printable)]
Long = Annotated[
    str,
    BeforeValidator(lambda value: value.replace("\r\n", "\n") if isinstance(value, str) else value),
    _length(2000),
    AfterValidator(printable),
]
Lines = Annotated[list[Line], BeforeValidator(lines)]
Id = Annotated[int, Field(ge=1, le=HIGHEST)]
Day = Annotated[date, BeforeValidator(iso_day), Field(ge=FIRST_DAY, le=LAST_DAY)]
Clock = Annotated[time, BeforeValidator(iso_clock)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Letter = Annotated[
    str,
    BeforeValidator(lambda value: value.strip().upper() if isinstance(value, str) else value),
    StringConstraints(pattern=f"^{SERIES}$"),
]


class Form(BaseModel):
    """What a page or a program sends; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def raise_if_faults(found: Sequence[Problem]) -> None:
    """Raises `Invalid("fields")` with the problems, when there are any."""
    if found:
        raise Invalid("fields", fields=[each.name for each in found], problems=tuple(found))


def record_setup_change(
    tx: Transaction,
    what: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """Records `setup.<what>` with {field: [was, is]} of what differs; ends the verb without a trace when nothing does.

    Call it last: what was written before it is taken back when nothing changed. Never give it a password.
    """
    keys = dict.fromkeys((*before, *after))
    changed = {key: [before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)}
    if not changed:
        tx.unchanged(None)
    must_strand_nobody(tx)
    tx.renew_setup()
    tx.record(f"setup.{what}", detail=changed)


def slug_of(name: str, taken: Sequence[str] = ()) -> str:
    """ "Surat Pindah (antar-kecamatan)" as "surat-pindah-antar-kecamatan", with a number when that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:34].strip("-") or "baru"
    wanted, number = plain, 2
    while wanted in taken:
        wanted, number = f"{plain}-{number}", number + 1
    return wanted


# --- the office ---


class ChannelForm(Form):
    """Where people complain; a box and a desk need neither number nor address."""

    kind: ChannelKind
    value: Line | None = None
    label: Short | None = None


def _without_empty_rows(value: object) -> object:
    """A row of which only the kind is chosen, which some kind always is, counts for a box and a desk alone."""
    if not isinstance(value, list):
        return value
    return [each for each in value if not isinstance(each, dict) or len(each) > 1 or each.get("kind") in WALKED_TO]


class OfficeForm(Form):
    """`letterhead`: the lines above the name on letters and reports, such as the regency's."""

    name: Line
    timezone: Literal["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"] = "Asia/Jakarta"
    """One of `standard_check.TIMEZONES`: all that Indonesia has."""
    address: Line | None = None
    phone: Short | None = None
    email: Line | None = None
    web: Line | None = None
    letterhead: Lines = Field(default_factory=list, max_length=4)
    pledge: Long | None = None
    complaint: Annotated[list[ChannelForm], BeforeValidator(_without_empty_rows)] = Field(
        default_factory=list, max_length=20
    )

    @field_validator("complaint")
    @classmethod
    def _each_says_where(cls, channels: list[ChannelForm]) -> list[ChannelForm]:
        if any(each.value is None and each.kind not in WALKED_TO for each in channels):
            raise PydanticCustomError("missing", "a channel without number or address")
        return channels


_PROFILE = ("address", "phone", "email", "web", "letterhead", "pledge", "complaint")


def change_office(tx: Transaction, wanted: OfficeForm) -> None:
    """The office's name, zone and profile; what is left empty is absent from the profile."""
    kept = {key: value for key, value in tx.office.profile.items() if key not in _PROFILE}
    written = wanted.model_dump(mode="json", exclude_none=True)
    said = {key: written[key] for key in _PROFILE if written.get(key)}
    columns = {"name": wanted.name, "timezone": wanted.timezone, "profile": {**kept, **said}}
    tx.execute(update(Office).where(Office.id == tx.office_id).values(**columns))
    before = {"name": tx.office.name, "timezone": tx.office.zone.key, **_only(tx.office.profile, _PROFILE)}
    record_setup_change(tx, "office", before, {"name": wanted.name, "timezone": wanted.timezone, **said})


def change_logo(tx: Transaction, grey: str | None, colour: str | None = None) -> None:
    """Small PNGs in base64 (`printing.logo.prepared`), for slips and for screens; None takes both away."""
    kept = {key: value for key, value in tx.office.profile.items() if key not in ("logo", "arms")}
    after = {**kept, **({"logo": grey} if grey else {}), **({"arms": colour} if colour else {})}
    tx.execute(update(Office).where(Office.id == tx.office_id).values(profile=after))
    was = tx.office.profile.get("logo")
    record_setup_change(tx, "logo", {"logo": _mark(was)}, {"logo": _mark(grey)})


class ColourForm(Form):
    """`colour`: "#rrggbb"; none: the program's own."""

    colour: Annotated[str, BeforeValidator(lower)] | None = None

    @field_validator("colour")
    @classmethod
    def _is_one(cls, colour: str | None) -> str | None:
        if colour is not None and not is_colour(colour):
            raise PydanticCustomError("choose", "no colour")
        return colour


def change_colour(tx: Transaction, wanted: ColourForm) -> None:
    """What the screens show is its nearest readable shade: `domain.colour.palette`."""
    kept = {key: value for key, value in tx.office.profile.items() if key != "colour"}
    after = {**kept, "colour": wanted.colour} if wanted.colour else kept
    tx.execute(update(Office).where(Office.id == tx.office_id).values(profile=after))
    record_setup_change(tx, "colour", {"colour": tx.office.profile.get("colour")}, {"colour": wanted.colour})


def _mark(picture: str | None) -> str | None:
    """Enough of a picture to see in the audit that it is another one."""
    return f"{len(picture)} ...{picture[-12:]}" if picture else None


def _only(table: Mapping[str, object], keys: Sequence[str]) -> dict[str, object]:
    return {key: table[key] for key in keys if key in table}


# --- services: order, letters, where ---


class ServiceRow(Form):
    slug: Slug
    series: Letter
    is_active: bool = False
    quota: int | None = Field(None, ge=1, le=9999)
    cutoff_minutes: int = Field(0, ge=0, le=480)
    amber_min: int = Field(15, ge=1, le=480)
    red_min: int = Field(30, ge=1, le=480)
    """From how many minutes a wait is shown amber and red."""
    counters: list[Id] = Field(default_factory=list)
    """Numbers of the counters that serve it."""


class ServicesForm(Form):
    """The services in the order in which the kiosk shows them."""

    services: list[ServiceRow] = Field(default_factory=list)


def services_form(office: OfficeConfig) -> ServicesForm:
    """The services as they are now."""
    return ServicesForm(
        services=[
            ServiceRow(
                slug=service.slug,
                series=service.series,
                is_active=service.is_active,
                quota=service.quota,
                cutoff_minutes=service.cutoff_minutes,
                amber_min=office.settings.wait_limits(service.slug)[0],
                red_min=office.settings.wait_limits(service.slug)[1],
                counters=[
                    counter.number
                    for counter in office.counters
                    if counter.service_ids is None or service.id in counter.service_ids
                ],
            )
            for service in office.services
        ]
    )


def change_services(tx: Transaction, wanted: ServicesForm) -> None:
    """Order, letters, quota and counters of the services that exist. Raises `Unknown("service")`."""
    ids = {service.slug: service.id for service in tx.office.services}
    if {row.slug for row in wanted.services} != set(ids) or len(wanted.services) != len(ids):
        raise Unknown("service")
    faults = twice("services", "series", [row.series for row in wanted.services], "series_taken")
    for place, row in enumerate(wanted.services):
        if row.amber_min >= row.red_min:
            faults.append(Problem(("services", place, "red_min"), "red_after_amber"))
    raise_if_faults(faults)
    mine = Service.office_id == tx.office_id
    for row in wanted.services:  # letters may change places, and none may stand twice meanwhile
        tx.execute(update(Service).where(mine, Service.slug == row.slug).values(series=chr(0x100 + ids[row.slug])))
    for position, row in enumerate(wanted.services):
        columns = {"series": row.series, "is_active": row.is_active, "position": position}
        more = {"quota": row.quota, "cutoff_minutes": row.cutoff_minutes}
        tx.execute(update(Service).where(mine, Service.slug == row.slug).values(**columns, **more))
    for counter in tx.office.counters:
        slugs = [row.slug for row in wanted.services if counter.number in row.counters]
        served = None if len(slugs) == len(ids) else slugs
        tx.execute(update(Counter).where(Counter.id == counter.id).values(services=served))
    limits = {"wait_limits_min": {row.slug: [row.amber_min, row.red_min] for row in wanted.services}}
    settings = {**settings_to_json(tx.office.settings), **limits}
    tx.execute(update(Office).where(Office.id == tx.office_id).values(settings=settings))
    record_setup_change(tx, "services", _by_slug(services_form(tx.office)), _by_slug(wanted))


def _by_slug(form: ServicesForm) -> dict[str, object]:
    known = {row.slug: row.model_dump(exclude={"slug"}) for row in form.services}
    for values in known.values():
        values["counters"] = sorted(values["counters"])
    return {**known, "order": [row.slug for row in form.services]}


def twice(rows: str, field: str, values: Sequence[str | int], code: str) -> list[Problem]:
    """A fault at each row whose value stands in an earlier row already, be it in capitals or with other blanks."""
    read = [folded(value) if isinstance(value, str) else value for value in values]
    return [
        Problem((rows, place, field), code, {"value": value})
        for place, value in enumerate(values)
        if read[place] in read[:place]
    ]


# --- rules of the queue ---


class RulesForm(Form):
    """How the queue is served: the office's choices among `OfficeSettings`."""

    ratio: int = Field(ge=1, le=9)
    convention: Convention
    printer: Slug | None = None
    closes_by_itself_at: Clock | None = None
    """When whoever still waits is counted as not served; None: at midnight."""


def rules_form(office: OfficeConfig) -> RulesForm:
    """The rules as they are now."""
    return RulesForm.model_construct(**{name: getattr(office.settings, name) for name in RulesForm.model_fields})


def change_rules(tx: Transaction, wanted: RulesForm) -> None:
    if wanted.printer is not None and wanted.printer not in {printer.slug for printer in tx.office.printers}:
        raise_if_faults([Problem(("printer",), "choose")])
    change_settings(tx, "rules", wanted.model_dump(mode="json"))


class DisplayForm(Form):
    """What every television of the office shows and says."""

    running_text: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(printable)
    ] = ""
    voice_style: Style
    theme: Literal["light", "dark"]
    slide_s: int = Field(ge=3, le=120)
    standard_slides: bool = False
    own_voice: bool = False


STYLES: tuple[str, ...] = get_args(Style)
LOOKS = ("light", "dark")


def display_form(office: OfficeConfig) -> DisplayForm:
    """The display's settings as they are now."""
    return DisplayForm.model_construct(**{name: getattr(office.settings, name) for name in DisplayForm.model_fields})


def change_display(tx: Transaction, wanted: DisplayForm) -> None:
    change_settings(tx, "display", wanted.model_dump(mode="json"))


def note_file(tx: Transaction, what: str, detail: Mapping[str, object]) -> None:
    """Records that a picture, a video or a recording came or went; the files themselves lie in the data folder."""
    tx.record(f"setup.{what}", detail=dict(detail))


def change_settings(tx: Transaction, what: str, values: Mapping[str, object]) -> None:
    """Writes some of the office's settings (JSON values) and records what changed."""
    before = settings_to_json(tx.office.settings)
    tx.execute(update(Office).where(Office.id == tx.office_id).values(settings={**before, **values}))
    record_setup_change(tx, what, _only(before, list(values)), values)
