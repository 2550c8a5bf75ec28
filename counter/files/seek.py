"""The one box above every page: a queue number, a register number, a NIK, an NIB, a name, or a scanned receipt."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.blueprint import blueprint
from counter.queue.click_forms import Wanted
from shared.domain.errors import Unknown
from shared.domain.identity import tidy, unlabelled, without_nik
from shared.domain.numbering import office_day, parse_label
from shared.domain.rights import Right
from shared.store.files import files
from shared.web.access.auth import now, officers_only, store
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.shell import say

NIB_DIGITS = 13
"""What is longer is a NIK, also one with a digit too few or too many."""


@blueprint.post("/seek")
@officers_only(Right.SEE_FILES)
@described(takes=Wanted)
def seek() -> ResponseReturnValue:
    """Opens the file that is meant; a name is looked up in the register. A NIK never stands in an address."""
    wanted = read(Wanted).wanted
    number = _queue_number(wanted)
    with store().read() as connection:
        if number is not None:
            found = files.of_visit(connection, g.office_id, *number, office_day(now(), office_config().zone))
        else:
            found = files.meant(connection, g.office_id, wanted) if wanted else []
    digits = tidy(unlabelled(wanted))
    is_private = without_nik(wanted) != wanted or (len(digits) > NIB_DIGITS and digits.isdecimal())
    if len(found) == 1 or (found and is_private):
        return redirect(url_for("counter.file", case_id=found[0]))
    if wanted and number is None and not is_private:
        return redirect(url_for("counter.register", text=wanted))
    say(gettext("Nothing was found for this. Try a name, or a number such as 12/2026 or A-012."))
    return redirect(url_for("counter.register"))


def _queue_number(text: str) -> tuple[str, int] | None:
    """Of a text such as A-012; digits alone are a register number."""
    try:
        series, number = parse_label(text)
    except Unknown:
        return None
    return (series, number) if series else None
