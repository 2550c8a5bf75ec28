"""The reports of an office: a period on a page, its month signed to the camat, the regency; see `report_sheets`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from flask import current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from counter.blueprint import blueprint
from counter.queue.click_forms import SignReport
from shared.domain.errors import Invalid, Refusal
from shared.domain.files.letters import Signer, Standing, signer_on
from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import Period, PeriodKind, parse
from shared.domain.rights import Right
from shared.engine.reports import signed as report
from shared.engine.reports import today as report_today
from shared.engine.reports.more import Say
from shared.engine.reports.region import OfficeReport, office_report, region_offices, region_tables
from shared.engine.reports.tables import Compared, hour, step_titles, tables, wait_names
from shared.loop import off_the_loop
from shared.store.audit import officer_names
from shared.store.office import Store
from shared.store.reports import period as report_period
from shared.store.reports import signed as report_signed
from shared.store.reports.period import PeriodReport
from shared.store.reports.visits import count_visits
from shared.web.access.auth import may, now, officers_only, store
from shared.web.bounds import query_day
from shared.web.clicks import ButtonPage, change, take
from shared.web.documents import charts
from shared.web.forms import sent
from shared.web.i18n import Catalogues, language
from shared.web.screen import office_config, sentence

Progressed = Callable[[int, int], object]
AT_SIGHT = 1_000
"""Visits whose figures stand in the page as it comes; those of more are fetched by the page that is already there."""
AT_ONCE = 20_000
"""Visits that are read while somebody waits; a report of more is made as long work."""


def silent(_done: int, _of: int) -> None:
    """For whoever waits and does not ask how far it is."""


@blueprint.get("/reports")
@officers_only(Right.SEE_REPORTS)
def reports() -> ResponseReturnValue:
    """One period, as the address says: `?period=2026-11&service=ktp`; the form asks by kind and day."""
    if "kind" in request.args:
        return redirect(
            url_for("counter.reports", period=_asked().address, service=request.args.get("service") or None)
        )
    try:
        return _page()
    except Refusal as error:
        return make_response(_page(sentence(error), this_month()), error.status)


@blueprint.get("/reports/today")
@officers_only(Right.SEE_REPORTS)
def reports_today() -> str:
    """What the head of the section looks at today: late, due, returned and why, not collected."""
    office = office_config()
    with store().read() as connection:
        found = report_today.today(connection, store().office_configs, office, now())
    return render_template(
        "counter/reports_today.html", office=office, today=found, document_names=partial(_document_names, office)
    )


@blueprint.get("/reports/region")
@officers_only(Right.SEE_REGENCY)
def region_report() -> str:
    """One row for each service of each office of this installation: what the bupati is told."""
    period = asked_period()
    visits = visits_of_region(period)
    is_large, comes_later = is_large_for_page(visits), comes_later_on_page(visits)
    return render_template(
        "counter/reports_region.html",
        office=office_config(),
        period=period,
        visits=visits,
        is_large=is_large,
        comes_later=comes_later,
        tables=[] if is_large or comes_later else region_tables(regional(period), words_of(language())),
        decimal="," if language() == "id" else ".",
    )


@blueprint.post("/reports")
@officers_only(Right.MAKE_REPORTS)
def sign_report() -> ResponseReturnValue:
    """Signs the report of a month: with its number it is kept as it is now."""
    screen = ButtonPage[dict[str, object]](
        lambda message: _page(message, _form_period()),
        lambda done: url_for("counter.reports", period=done["period"]),
    )

    def work(form: SignReport) -> dict[str, object]:
        period, as_of = parse(form.period), now()
        made = tables(compared(office_config(), period, with_officers=False), words_of("id"))
        signer = Signer("report", form.post, form.name, form.nip, form.rank, form.standing, form.on_behalf_of)
        return change(
            report.sign,
            period,
            number=form.number,
            place=form.place,
            on_day=form.on_day,
            signer=signer,
            tables=made,
            as_of=as_of,
        )

    return take(screen, SignReport, work)


def _page(message: str | None = None, period: Period | None = None) -> str:
    office, period = office_config(), period or asked_period()
    service = asked_service(office)
    visits = visits_of(period)
    is_large, comes_later = is_large_for_page(visits), comes_later_on_page(visits)
    say = words_of(language())
    facts = (
        None
        if is_large or comes_later
        else compared(office, period, service, with_officers=may(Right.SEE_OFFICERS_FIGURES))
    )
    with store().read() as connection:
        signed = report_signed.of_period(connection, g.office_id, period) if service is None else None
        all_signed = report_signed.periods(connection, g.office_id)
    return render_template(
        "counter/reports.html",
        office=office,
        period=period,
        kinds=list(PeriodKind),
        service=service,
        visits=visits,
        is_large=is_large,
        comes_later=comes_later,
        tables=tables(facts, say) if facts else [],
        charts=drawings(facts, say) if facts else {},
        signed=signed,
        all_signed=all_signed,
        can_sign=signed is None and service is None and period.kind == PeriodKind.MONTH and period.last < today(),
        suggested=_suggested_signer(office),
        place=office.name.rpartition(" ")[2],
        standings=list(Standing),
        today=today(),
        decimal="," if language() == "id" else ".",
        form=sent(),
        message=message,
    )


# --- what the address asks for ---


def asked_period() -> Period:
    """Raises `Invalid("period")`; this month when the address says none."""
    text = request.args.get("period", "")
    return parse(text) if text else this_month()


def asked_service(office: OfficeConfig) -> str | None:
    """The slug of the one service that is asked for."""
    slug = request.args.get("service", "")
    return slug if any(each.slug == slug for each in office.services) else None


def today() -> date:
    return office_day(now(), office_config().zone)


def this_month() -> Period:
    return Period.of(PeriodKind.MONTH, today())


def _asked() -> Period:
    """What the form of the page asks for."""
    kind, day = request.args.get("kind", ""), query_day("day") or today()
    if kind not in list(PeriodKind):
        raise Invalid("period", fields=["kind"])
    if kind == PeriodKind.RANGE:
        return Period.range(day, query_day("until") or day)
    return Period.of(PeriodKind(kind), day)


def _form_period() -> Period:
    """The month that was to be signed, for the page of a refusal."""
    try:
        return parse(sent().get("period", ""))
    except Invalid:
        return this_month()


# --- facts and words ---


def compared(
    office: OfficeConfig,
    period: Period,
    service: str | None = None,
    *,
    with_officers: bool = False,
    progress: Progressed = silent,
) -> Compared:
    """The period with the one before and the same a year ago; beside the event loop, which goes on."""
    service_id = next((each.id for each in office.services if each.slug == service), None)
    found: list[PeriodReport] = []
    for each in (period, period.previous(), period.year_before()):
        progress(len(found), 4)
        found.append(off_the_loop(_report, store(), office, each, now(), service_id))
    with store().read() as connection:
        names = officer_names(connection, office.office_id) if with_officers else None
    this, before, a_year_ago = found
    return Compared(office, this, before, a_year_ago, names)


def _report(of: Store, office: OfficeConfig, period: Period, at: datetime, service_id: int | None) -> PeriodReport:
    with of.read_at_length() as connection:
        return report_period.period_report(connection, of.office_configs, office, period, at, service_id)


def regional(period: Period, progress: Progressed = silent) -> list[OfficeReport]:
    """Every office's part of the report to the bupati."""
    offices = off_the_loop(region_offices, store())
    found: list[OfficeReport] = []
    for each in offices:
        progress(len(found), len(offices))
        found.append(off_the_loop(office_report, store(), each, period, now()))
    return found


def visits_of(period: Period) -> int:
    """How many visits a report of this office has to read."""
    return off_the_loop(_count, store(), [g.office_id], period)


def visits_of_region(period: Period) -> int:
    return off_the_loop(_count, store(), [each.office_id for each in off_the_loop(region_offices, store())], period)


def _count(of: Store, office_ids: list[int], period: Period) -> int:
    with of.read() as connection:
        return count_visits(connection, office_ids, period)


def is_large_for_page(visits: int) -> bool:
    """Whether the page offers to make it as long work first; "whole" in the address: somebody wants to wait."""
    return visits > AT_ONCE and "whole" not in request.args


def comes_later_on_page(visits: int) -> bool:
    """Whether the page comes without its figures and fetches itself once more with them."""
    return AT_SIGHT < visits <= AT_ONCE and "whole" not in request.args


def words_of(spoken: str) -> Say:
    """The words of one language, whatever the page speaks."""
    catalogues: Catalogues = current_app.extensions["loket_words"]
    return lambda key: catalogues.text(spoken, key)


def _document_names(office: OfficeConfig, keys: tuple[str, ...]) -> list[str]:
    """The documents as the office's standards name them."""
    known = {each.key: each.text for service in office.services for each in service.standard.requirements}
    return [known.get(key, key) for key in keys]


def _suggested_signer(office: OfficeConfig) -> Signer | None:
    signers = office.settings.signers
    return next((found for each in signers if (found := signer_on(signers, each.key, today()))), None)


# --- drawings ---


def drawings(facts: Compared, say: Say) -> dict[str, list[Markup]]:
    """Key of a table -> what is drawn above it."""
    found: dict[str, list[Markup]] = {}
    visits = facts.now.visits
    if visits.arrivals:
        hours = sorted({each for _, each in visits.arrivals})
        days = sorted({day for day, _ in visits.arrivals})
        counts = [[visits.arrivals.get((day, each), 0) for each in hours] for day in days]
        (day, busiest), most = max(visits.arrivals.items(), key=lambda each: (each[1], each[0]))
        said = say("report.busiest") % {"day": say(f"weekday.{day}"), "hour": hour(busiest), "count": most}
        names = [say(f"weekday.{day}") for day in days]
        found["arrivals"] = [
            charts.heat_map(say("report.arrivals"), said, names, [hour(each) for each in hours], counts)
        ]
    if any(visits.waits):
        half, place = sum(visits.waits) / 2, 0
        while sum(visits.waits[: place + 1]) < half:
            place += 1
        said = say("report.half_waited") % {"minutes": wait_names()[place]}
        found["waits"] = [charts.bars(say("report.waits"), said, wait_names(), visits.waits, place)]
    flows = [_flow(facts, each.id, each.standard.short_name, say) for each in facts.office.services]
    found["steps"] = [drawn for drawn in flows if drawn]
    return found


def _flow(facts: Compared, service_id: int, name: str, say: Say) -> Markup | None:
    moves = {(start, end): n for (of, start, end), n in facts.now.files.flow.items() if of == service_id}
    if not moves:
        return None
    titles = step_titles(facts.office, service_id)
    named = {key for move in moves for key in move if key}
    keys = [key for key in titles if key in named] + sorted(named - set(titles))
    places = {key: place for place, key in enumerate(keys)} | {"": len(keys)}
    arrows = [(places[start], places[end], count) for (start, end), count in moves.items()]
    said = say("report.flow_said") % {"count": sum(moves.values()), "steps": len(keys)}
    title = f"{say('report.flow')}: {name}"
    return charts.flow(title, said, [titles.get(key, key) for key in keys], arrows, say("report.out"))
