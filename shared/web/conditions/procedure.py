"""What `conditions` says of procedures that an office cannot carry out: nobody for a step, or no counter for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from shared.domain.standards.standard import Role, ServiceStandard
from shared.standards import stored
from shared.store.files.at_work import running_files
from shared.store.tables import FileRecord, Officer, OfficerRole, StandardVersion
from shared.words import Words

if TYPE_CHECKING:
    from shared.web.conditions.conditions import Scene


def role_without_officer(scene: Scene) -> Iterator[dict[str, object]]:
    """Files of a service come to a step that nobody may work on today."""
    held = select(OfficerRole.role).join(Officer, Officer.id == OfficerRole.officer_id)
    held = held.where(Officer.office_id == scene.office.office_id, Officer.is_active)
    begun, lasts = func.coalesce(OfficerRole.from_on, scene.today), func.coalesce(OfficerRole.until_on, scene.today)
    known = {
        Role.APPLICANT,
        *scene.connection.execute(held.where(begun <= scene.today, lasts >= scene.today)).scalars(),
    }
    for _, standard in _in_force(scene):
        wanted = {step.role for step in standard.steps if known.isdisjoint(step.roles)}
        if wanted:
            yield {"service": standard.short_name, "roles": _roles(wanted)}


def step_without_counter(scene: Scene) -> Iterator[dict[str, object]]:
    """A file comes to a step that needs its applicant, whom no counter could call there."""
    for service_id, standard in _in_force(scene):
        for step in [each for each in standard.steps if each.role != Role.APPLICANT][1:]:
            counters = [each for each in scene.office.counters for role in step.roles if each.serves(role, service_id)]
            if step.needs_applicant and not step.silent and not counters and scene.office.counters:
                yield {"service": standard.short_name, "step": step.title, "roles": _roles(set(step.roles))}


def _in_force(scene: Scene) -> Iterator[tuple[int, ServiceStandard]]:
    """Service id and standard: those that new files follow, and others that running ones still keep to."""
    offered = [service for service in scene.office.services if service.is_active]
    for service in offered:
        yield service.id, service.standard
    mine = running_files(scene.office.office_id)
    older = select(FileRecord.standard_id).where(*mine).distinct().scalar_subquery()
    versions = select(StandardVersion.service_id, StandardVersion.body).where(StandardVersion.id.in_(older))
    for row in scene.connection.execute(
        versions.where(StandardVersion.id.not_in([one.standard_id for one in offered]))
    ):
        yield row.service_id, stored(row.body)


def _roles(roles: set[Role]) -> Callable[[Words], str]:
    return lambda told: ", ".join(told(f"role.{each}") for each in sorted(roles))
