"""What a screen says when its speaker is touched: by the key of the screen, never free text."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kiosk.file_look import PICTURES
from shared.domain.errors import Unknown
from shared.domain.office import OfficeConfig
from shared.domain.standards.announced import announced, to_bring
from shared.domain.standards.facts import service_facts
from shared.domain.standards.standard import Question, ServiceStandard, gives_numbers, next_question
from shared.web.opening import LiveBoard
from shared.web.survey import questions, respondent_questions
from shared.words import words

Say = Callable[[str], str]

SCREENS = {
    "home": (
        "Please choose a service.",
        "Touch the picture of what you need.",
        "Are you elderly, pregnant or disabled? Touch Priority first.",
    ),
    "search": ("Type the name of the service.",),
    "help": (
        "Touch a service, read what to bring, then touch Take a number.",
        "Wait until your number is called.",
        "Ask an officer if you need help. The service is the same for everybody.",
    ),
    "results": ("Hold the QR code of your receipt to the scanner.", "Or type the code below it."),
    "complaint": ("Touch what it is, write it, and choose whether we may know who you are.",),
    "priority": ("You take a priority number. Please choose a service.",),
    "survey-letter": (
        "Hold the QR code of your number slip or receipt to the scanner. Or touch the letter of your number.",
    ),
    "survey-number": ("Type the number on your slip",),
    "survey-code": ("Type the survey code on your slip",),
    "survey-invitation": (
        "Nine questions about the service, about two minutes.",
        "Nobody can see who answered what: no name and no number is kept with the answers.",
    ),
    "survey-send": ("Touch Back to change an answer. After sending, nobody can change or find it again.",),
    "survey-thanks": ("Thank you. Your answer helps us to serve better.",),
    "away": ("The kiosk is not connected. Please ask at the counter.",),
}

OUTAGE = "{system} is disturbed: this takes longer today. You may still take a number."


def text(
    key: str,
    say: Say,
    office: OfficeConfig,
    offered: Collection[str],
    board: LiveBoard,
    ticket: Callable[[str], tuple[str, int | None]],
    language: str,
) -> str:
    """What to speak for `key`: a screen of SCREENS, `file-<how it stands>`, `ticket-<token>`, or `service-<slug>` with
    `~question.option` for each answer. `offered`: slugs that this kiosk shows. Raises `Unknown("not_found")`.
    """
    if key == "home" and board["closed"]:
        return f"{board['closed'][language]} {say('Touch a service to see what to bring.')}"
    if key in SCREENS:
        out = _out(office, offered, board) if key == "home" else []
        told = [say("{system} is disturbed").format(system=each) + "." for each in out]
        return " ".join([*told, *map(say, SCREENS[key])])
    kind, _, rest = key.partition("-")
    if kind == "file" and rest in PICTURES:
        return say(f"look.{rest}")
    if kind == "ticket":
        return _ticket(*ticket(rest), say)
    if kind == "survey":
        return _survey(rest, office, language)
    slug, *said = rest.split("~")
    if kind != "service" or slug not in offered:
        raise Unknown("not_found")
    answers = dict(part.split(".", 1) for part in said if "." in part)
    standard, found = office.service(slug).standard, board["availability"].get(slug)
    if found and not found["is_open"]:
        return _service(standard, answers, say, " ".join(found["words"][language]), language)
    if not gives_numbers(standard):
        return _service(standard, answers, say, "", language)
    told = [say(OUTAGE).format(system=each) for each in _out(office, [slug], board)]
    return " ".join([*told, _service(standard, answers, say, say("Then touch Take a number."), language)])


def _out(office: OfficeConfig, slugs: Collection[str], board: LiveBoard) -> list[str]:
    """The outside systems of these services that do not answer now: "OSS"."""
    needed = {system for slug in slugs for system in office.service(slug).standard.systems}
    return [each.upper() for each in board["outages"] if each in needed]


def _survey(key: str, office: OfficeConfig, language: str) -> str:
    """A question of the survey with its answers; raises `Unknown("not_found")`."""
    asked = {str(each.element): (each.text, each.labels) for each in questions(office, language)}
    about = {
        f"about-{name}": (text, tuple(words for _, words in classes))
        for name, text, classes in respondent_questions(language)
    }
    if key not in asked and key not in about:
        raise Unknown("not_found")
    text, answers = asked.get(key) or about[key]
    return f"{text} {', '.join(answers)}."


def _ticket(number: str, ahead: int | None, say: Say) -> str:
    parts = [say("Your queue number:") + f" {number}."]
    if ahead:
        parts.append(say("People ahead of you:") + f" {ahead}.")
    return " ".join([*parts, say("Please sit down and wait until your number is called.")])


def _service(service: ServiceStandard, answers: dict[str, str], say: Say, then: str, language: str) -> str:
    question = next_question(service, answers)
    if question is not None:
        return f"{service.name_in(language)}. {_question(question, language)}"
    bring = [to_bring(each, words(language)) for each in announced(service, answers)]
    needs = f"{say('What you need to bring')}: {'; '.join(bring)}"
    facts = service_facts(service, words(language))
    told = [needs, *facts.lines(words(language)), *facts.criteria]
    return f"{service.name_in(language)}. {'. '.join(told)}. {then}".rstrip()


def _question(question: Question, language: str) -> str:
    return f"{question.text_in(language)} {', '.join(each.text_in(language) for each in question.options)}."
