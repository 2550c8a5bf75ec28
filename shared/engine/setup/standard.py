"""What an admin sets about services: a new one, and new versions of its standard; running cases keep theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import func, select, update

from shared.domain.errors import Invalid, Unknown
from shared.domain.identity import folded
from shared.domain.office import ServiceConfig
from shared.domain.problem import Problem
from shared.domain.standards.diff import differences
from shared.domain.standards.standard import SHORT_NAME_LENGTH, ServiceStandard
from shared.engine.setup.office import Form, Letter, Line, Short, raise_if_faults, record_setup_change, slug_of
from shared.standards import service_from_json, service_to_json, shipped
from shared.standards.shape import Table
from shared.store.office import Transaction
from shared.store.tables import Service, StandardVersion


class ServiceForm(Form):
    """A new service. `like`: "ranuyoso/oss" begins with that shipped standard, None with one step at the loket."""

    name: Line
    short_name: Short = Field(max_length=SHORT_NAME_LENGTH)
    series: Letter
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a standard."""

    slug: str
    number: int
    """Of the version."""


def examples() -> dict[str, ServiceStandard]:
    """The shipped services that a new one can begin with: "ranuyoso/oss" -> the service."""
    return {f"{office.slug}/{service.slug}": service for office in shipped() for service in office.services}


def add_service(tx: Transaction, wanted: ServiceForm) -> str:
    """The slug of the new service, at the end of the order."""
    if wanted.series in {service.series for service in tx.office.services}:
        raise_if_faults([Problem(("series",), "series_taken", {"value": wanted.series})])
    if folded(wanted.short_name) in {folded(service.standard.short_name) for service in tx.office.services}:
        raise_if_faults([Problem(("short_name",), "name_taken", {"value": wanted.short_name})])
    if wanted.like is not None and wanted.like not in examples():
        raise_if_faults([Problem(("like",), "choose")])
    slug = slug_of(wanted.short_name, [service.slug for service in tx.office.services])
    start = service_to_json(examples()[wanted.like]) if wanted.like else {"steps": [_SERVE], "icon": "file-text"}
    names = {"name": wanted.name, "short_name": wanted.short_name}
    standard = service_from_json({**start, **names, "slug": slug, "series": wanted.series})
    insert_service(tx, standard, len(tx.office.services))
    record_setup_change(tx, "service", {}, {slug: {**names, "series": wanted.series, "like": wanted.like}})
    return slug


_SERVE = {
    "key": "serve",
    "title": "Melayani pemohon",
    "title_en": "Serve the applicant",
    "role": "loket",
    "needs_applicant": True,
}
"""The shortest procedure: done at the counter in one visit."""


def save_standard(tx: Transaction, slug: str, table: Mapping[str, object], base: int | None = None) -> Saved:
    """A new version of the service's standard; the same one when nothing differs.

    `table`: JSON values as `standard.to_table` writes them; slug and letter stay the service's own. `base`: the number
    of the version that was edited. Raises `Unknown("service")`, `InvalidStandard` with its `problems`, and
    `Invalid("standard_newer")` when somebody else saved in between.
    """
    service = find_service(tx.office.services, slug)
    newest = tx.execute(
        select(StandardVersion.number, StandardVersion.body).where(StandardVersion.id == service.standard_id)
    ).one()
    if base is not None and base != newest.number:
        raise Invalid("standard_newer", fields=["base"], number=newest.number)
    body = service_to_json(service_from_json({**table, "slug": service.slug, "series": service.series}))
    changed = [d for d in differences(newest.body, body) if d.field != "series"]
    if not changed:
        tx.unchanged(Saved(slug, newest.number))
    number = insert_version(tx, service, body)
    listed = [" ".join(part for part in (d.field, d.kind.value, d.what) if part)[:160] for d in changed]
    record_setup_change(tx, "standard", {}, {slug: {"version": number, "changed": listed}})
    return Saved(slug, number)


def find_service(services: tuple[ServiceConfig, ...], slug: str) -> ServiceConfig:
    """The service, also one that is switched off; raises `Unknown("service")`."""
    for service in services:
        if service.slug == slug:
            return service
    raise Unknown("service")


def insert_service(tx: Transaction, standard: ServiceStandard, position: int) -> None:
    """The rows of a new service with the first version of its standard."""
    service_id = tx.insert(Service, slug=standard.slug, series=standard.series, position=position)
    _write(tx, service_id, 1, service_to_json(standard))


def insert_version(tx: Transaction, service: ServiceConfig, body: Table) -> int:
    """The number of the new version; address and letter stay the service's own."""
    newest = select(func.max(StandardVersion.number)).where(StandardVersion.service_id == service.id)
    number = int(tx.execute(newest).scalar_one()) + 1
    _write(tx, service.id, number, {**body, "slug": service.slug, "series": service.series})
    return number


def _write(tx: Transaction, service_id: int, number: int, body: Table) -> None:
    standard_id = tx.insert(StandardVersion, service_id=service_id, number=number, body=body, made_at=tx.now)
    tx.execute(update(Service).where(Service.id == service_id).values(standard_id=standard_id))
