"""The applicant's own correction of what is kept of them: a right, in whatever state their file is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.files.collected import applicant_of, changes
from shared.domain.files.file import Decision, File, with_version
from shared.domain.files.procedure import FileAction
from shared.domain.office import OfficeConfig
from shared.domain.standards.standard import ServiceStandard


def corrected(
    file: File, standard: ServiceStandard, office: OfficeConfig, said: Mapping[str, str], reason: str
) -> Decision | None:
    """What it makes of the file; None when it changes nothing.

    Raises `Invalid("applicant")`.
    """
    region, detail = str(office.profile.get("region_code", "")), dict[str, object]()
    applicant = applicant_of(file.applicant, said, standard, region, must_be_whole=False, is_checked=True)
    if not changes(file.applicant, applicant):
        return None
    known = replace(file, applicant=applicant, nik=applicant.get("nik", ""))
    return Decision(FileAction.CORRECT.value, with_version(known, file, detail, None), detail, reason)
