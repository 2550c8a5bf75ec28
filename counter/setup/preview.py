"""What a standard looks like before it is saved: its page at the kiosk, its work at the desk, its number slip."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

from shared.domain.office import ServiceConfig
from shared.domain.slips.slip import Line
from shared.domain.slips.visitor import number_slip
from shared.domain.standards.announced import to_bring
from shared.domain.standards.facts import ServiceFacts, service_facts
from shared.domain.standards.standard import ServiceStandard
from shared.engine.paper.letterhead import letterhead
from shared.printing import raster
from shared.printing.bytes import render
from shared.printing.profiles import profile
from shared.web.access.auth import now
from shared.web.screen import office_config
from shared.words import words


def facts(shown: ServiceStandard) -> ServiceFacts:
    """Time, fee and result as the kiosk will say them."""
    return service_facts(shown, words())


def slip(shown: ServiceStandard, series: str) -> str:
    """The number slip of this service as a picture, in the bytes of a data address."""
    office = office_config()
    service = ServiceConfig(0, shown.slug, series, True, 0, shown)
    lines = number_slip(
        letterhead(office, service),
        words(),
        number=f"{series}-012",
        taken_at=now().astimezone(office.zone).replace(hour=9, minute=0),
        status_url="https://contoh.id/t/contoh",
        service=shown.name,
        is_delicate=shown.is_delicate,
        ahead=3,
        requirements=[to_bring(each, words()) for each in shown.requirements if not each.when],
        facts=facts(shown),
    )
    printer = office.printer()
    paper = printer.profile if printer else "80mm-48"
    return _picture(tuple(lines), paper)


@lru_cache(32)
def _picture(lines: tuple[Line, ...], paper: str) -> str:
    """To draw a slip takes longer than the rest of the page: the same lines are drawn once."""
    picture = io.BytesIO()
    raster.draw(render(lines, paper, is_drawn=True), profile(paper).width_dots).save(picture, "PNG")
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode("ascii")
