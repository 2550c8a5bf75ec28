"""What to do about a printer: the keys of the sentences, `printer_hint.<advice>`, that every page and command says."""

from __future__ import annotations

from shared.printing.address import Kind, is_wired
from shared.printing.delivery import Answers
from shared.printing.status import Status

_ADVICE = {
    "unreachable": "offline", "hung_up": "offline", "no_answer": "unknown", "usb_ambiguous": "ambiguous"
}  # fmt: skip
_NOT_THERE = {"cups": "queue_stopped", "star": "fetching", "epson": "fetching"}
_OF_A_QUEUE = {"address": "queue_missing", "no_right": "queue_forbidden"}


def advice(reason: str, kind: str = "", *, has_agent: bool = False) -> str:
    """What to do about a status or the fault of a slip: a key of the catalogues, `printer_hint.<advice>`.

    Where there is neither a cable nor an address of ours to look at, the way out is another one.
    """
    word = "address" if reason.startswith("address_") else _ADVICE.get(reason, reason)
    if word != "offline":
        return _OF_A_QUEUE.get(word, word) if kind == Kind.CUPS else word
    return "agent" if has_agent else _NOT_THERE.get(kind, word)


def way_out(kind: str, status: str, answers: str, *, has_agent: bool = False) -> str | None:
    """The same about a printer as it is now; None when there is nothing to do and nothing to know."""
    if status != Status.OK and (status, answers) != (Status.UNKNOWN, Answers.NOT_LEARNED):
        return advice(status, kind, has_agent=has_agent)
    if kind == Kind.CUPS:
        return "queue"
    return answers if is_wired(kind) and answers in (Answers.NOTHING, Answers.NOT_LEARNED) else None
