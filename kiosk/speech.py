"""What a screen says when its speaker is touched: by the key of the screen, never free text."""

from __future__ import annotations

from collections.abc import Callable, Collection

from shared.domain.errors import Unknown
from shared.domain.office import OfficeConfig
from shared.domain.standards.announced import announced, to_bring
from shared.domain.standards.facts import service_facts
from shared.domain.standards.standard import Question, ServiceStandard, next_question
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


def text(
    key: str,
    say: Say,
    office: OfficeConfig,
    offered: Collection[str],
    ticket: Callable[[str], tuple[str, int | None]],
    language: str,
) -> str:
    """What to speak for `key`: a screen of SCREENS, `ticket-<token>`, or `service-<slug>` with `~question.option` for
    each answer. `offered`: slugs that this kiosk shows. Raises `Unknown("not_found")`.
    """
    if key in SCREENS:
        return " ".join(say(sentence) for sentence in SCREENS[key])
    kind, _, rest = key.partition("-")
    if kind == "ticket":
        return _ticket(*ticket(rest), say)
    if kind == "survey":
        return _survey(rest, office, language)
    slug, *said = rest.split("~")
    if kind != "service" or slug not in offered:
        raise Unknown("not_found")
    answers = dict(part.split(".", 1) for part in said if "." in part)
    return _service(office.service(slug).standard, answers, say, language)


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


def _service(service: ServiceStandard, answers: dict[str, str], say: Say, language: str) -> str:
    question = next_question(service, answers)
    if question is not None:
        return f"{service.name_in(language)}. {_question(question, language)}"
    bring = [to_bring(each, words(language)) for each in announced(service, answers)]
    needs = f"{say('What you need to bring')}: {'; '.join(bring)}"
    facts = service_facts(service, words(language))
    told = [needs, *facts.lines(words(language)), *facts.criteria]
    return f"{service.name_in(language)}. {'. '.join(told)}. {say('Then touch Take a number.')}"


def _question(question: Question, language: str) -> str:
    return f"{question.text_in(language)} {', '.join(each.text_in(language) for each in question.options)}."
