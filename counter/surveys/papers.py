"""The papers of the survey: the report of a period as PDF and as DOCX, and the empty questionnaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, g

from counter.blueprint import blueprint
from counter.paper_facts import day, letterhead, signatures
from counter.surveys.report import ActionLine, Block, ReportParts, blocks, said
from shared.domain.bounds import on_paper
from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.engine.surveys import result as survey_result
from shared.loop import off_the_loop
from shared.store.surveys import survey as rows
from shared.web.access.auth import current_user, now, officers_only, store
from shared.web.documents import sheet
from shared.web.screen import office_config
from shared.web.survey import questions, respondent_questions
from shared.words import words

if TYPE_CHECKING:
    from docx.document import Document as DocxDocument

FOLDER = Path(__file__).parents[1] / "templates/counter"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TREND = 6
"""Periods in the table of the trend."""


@blueprint.get("/survey/<key>/report.pdf")
@officers_only(Right.SEE_SURVEY)
def survey_report(key: str) -> Response:
    """The report in the chapters that offices use, to sign."""
    parts = _parts(key)
    answer = Response(sheet.pdf(FOLDER / "survey_report.typ", _facts(parts)), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"laporan-skm-{g.office}-{key}.pdf")
    return answer


@blueprint.get("/survey/<key>/report.docx")
@officers_only(Right.SEE_SURVEY)
def survey_report_docx(key: str) -> Response:
    """The same, to be worked on with a word processor."""
    answer = Response(off_the_loop(_docx, _facts(_parts(key))), content_type=DOCX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"laporan-skm-{g.office}-{key}.docx")
    return answer


@blueprint.get("/survey/questionnaire.pdf")
@officers_only(Right.ENTER_SURVEY)
def survey_form_sheet() -> Response:
    """The empty questionnaire on one sheet of A4: neither name nor number on it."""
    office = office_config()
    facts = {
        **letterhead(office),
        "title": said("survey.title"),
        "lead": said("survey.paper_lead"),
        "service": said("skm_report.service"),
        "questions": [{"text": each.text, "labels": list(each.labels)} for each in questions(office, "id")],
        "about": said("survey.paper_about"),
        "respondent": [
            {"text": text, "labels": [each for _, each in classes]} for _, text, classes in respondent_questions("id")
        ],
    }
    answer = Response(sheet.pdf(FOLDER / "survey_form.typ", facts), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"kuesioner-skm-{g.office}.pdf")
    return answer


def _parts(key: str) -> ReportParts:
    office, say = office_config(), words()
    with store().read() as connection:
        found = rows.period(connection, office.office_id, key)
        if found is None:
            raise Unknown("period")
        known = [each for each in rows.periods(connection, office.office_id) if each.first_on <= found.first_on]
        trend = [survey_result.result(connection, office, each, say) for each in known[:TREND]]
        names = {str(each.element): each.name for each in trend[0].questions}
        actions = [_lines(rows.actions(connection, each.id), names) for each in known[:2]]
    return ReportParts(
        office=office,
        found=found,
        result=trend[0],
        actions=actions[0],
        before=trend[1] if len(trend) > 1 else None,
        actions_before=actions[1] if len(actions) > 1 else [],
        trend=trend[::-1],
    )


def _lines(found: Sequence[rows.ActionRow], names: Mapping[str, str]) -> list[ActionLine]:
    return [
        ActionLine(names[row.element], row.what, row.who, day(row.due_on), row.is_done, row.outcome) for row in found
    ]


def _facts(parts: ReportParts) -> dict[str, object]:
    office = parts.office
    today = office_day(now(), office.zone)
    return {
        **letterhead(office),
        **signatures(office, today, current_user.name),
        "title": said("skm_report.title"),
        "period": parts.result.name,
        "draft": "" if parts.result.is_closed else said("skm_report.draft"),
        "blocks": blocks(parts),
    }


# --- DOCX ---


def _docx(facts: Mapping[str, object]) -> bytes:
    import docx  # only for this page
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    facts = {key: on_paper(each) for key, each in facts.items()}
    paper = docx.Document()
    paper.core_properties.title = f"{facts['title']} {facts['period']}"
    paper.core_properties.author = str(facts["office"])
    lines = [*_strings(facts["letterhead"]), str(facts["office"]).upper(), *_strings(facts["contact"])]
    for line in lines:
        paper.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    paper.add_heading(f"{facts['title']} {facts['period']}", 0)
    if facts["draft"]:
        paper.add_paragraph(str(facts["draft"]))
    for block in _list_of(facts["blocks"]):
        match block["kind"]:
            case "heading":
                paper.add_heading(str(block["text"]), int(str(block["level"])))
            case "text":
                paper.add_paragraph(str(block["text"]))
            case "list":
                for item in _strings(block["items"]):
                    paper.add_paragraph(item, style="List Bullet")
            case "table":
                _docx_table(paper, block)
            case "signatures":
                for line in _signed(facts):
                    paper.add_paragraph(line)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def _docx_table(paper: DocxDocument, block: Block) -> None:
    head = _strings(block["head"])
    table = paper.add_table(rows=1, cols=len(head))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    for row in block["rows"] if isinstance(block["rows"], list) else []:
        for cell, text in zip(table.add_row().cells, _strings(row), strict=True):
            cell.text = text
    paper.add_paragraph()


def _signed(facts: Mapping[str, object]) -> list[str]:
    lines = [f"{facts['place']}, {facts['on']}"]
    for one in (facts["approver"], facts["reporter"]):
        if isinstance(one, dict):
            lines += [*_strings(one["heading"]), "", "", str(one["name"]), *_strings(one["below"])]
    return lines


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _list_of(value: object) -> list[Block]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
