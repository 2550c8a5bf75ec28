"""Which page of the officers has which help: the question mark above each page leads there."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.rights import Right


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """`key`: the catalogues' `help.<key>`; `words`: its title; `begins`: how the endpoints of its pages begin."""

    key: str
    picture: str
    words: str
    begins: tuple[str, ...]
    right: Right | None = None


TOPICS = (
    HelpTopic("desk", "house", "My desk", ("counter.home",)),
    HelpTopic("panel", "user-round", "Counter", ("counter.panel",), Right.SERVE),
    HelpTopic("files", "inbox", "Files", ("counter.tray", "counter.file", "counter.desk"), Right.SEE_FILES),
    HelpTopic("results", "package-check", "Not collected", ("counter.results",), Right.SEE_FILES),
    HelpTopic("register", "book-open", "Register", ("counter.register",), Right.SEE_FILES),
    HelpTopic("letters", "file-text", "Letters", ("counter.letters",), Right.SEE_LETTERS),
    HelpTopic("payments", "wallet", "Payments", ("counter.payments",), Right.SEE_FILES),
    HelpTopic("recaps", "clipboard-list", "Recap", ("counter.recap",), Right.SEE_RECAPS),
    HelpTopic(
        "complaints",
        "message-square-warning",
        "Complaints",
        ("counter.complaint", "counter.new_complaint"),
        Right.ENTER_COMPLAINTS,
    ),
    HelpTopic("supervisor", "radar", "Supervisor", ("counter.supervisor",), Right.SEE_FLOOR),
    HelpTopic("day", "calendar-check", "The day", ("counter.day", "counter.checklist"), Right.ENTER_LATE),
    HelpTopic(
        "reports", "chart-column", "Reports", ("counter.report", "counter.region", "counter.regency"), Right.SEE_REPORTS
    ),
    HelpTopic(
        "persons", "user-search", "Personal data", ("counter.person", "counter.find_person"), Right.CARE_FOR_DATA
    ),
    HelpTopic("evidence", "folder-check", "Folder of evidence", ("counter.evidence",), Right.MAKE_EVIDENCE),
    HelpTopic("survey", "smile", "Survey", ("counter.survey",), Right.SEE_SURVEY),
    HelpTopic("audit", "scroll-text", "Audit", ("counter.audit",), Right.SEE_AUDIT),
    HelpTopic("setup", "settings", "Setup", ("setup.", "devices_setup.", "programs_setup."), Right.SEE_SETUP),
    HelpTopic("paper", "printer", "Paper and printers", ("paper.",), Right.PRINT),
    HelpTopic(
        "account",
        "key-round",
        "Where you are signed in",
        ("counter.sessions", "counter.second", "counter.change", "counter.work"),
    ),
)
"""In the order of the menu."""


def topic_of(endpoint: str) -> str | None:
    """The key of the topic of this page; None for one that has none of its own."""
    found = [(begin, each.key) for each in TOPICS for begin in each.begins if endpoint.startswith(begin)]
    return max(found, key=lambda each: len(each[0]))[1] if found else None
