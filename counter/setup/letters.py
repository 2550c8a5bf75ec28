"""Setup: the numbers of letters, who signs them and the reports, and the place before the date."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from counter.setup.page import edit, setup_page
from shared.domain.files.letters import PLACES, Standing
from shared.domain.numbering import office_day
from shared.engine.setup import letters as engine
from shared.store.files import letters as rows
from shared.web.access.auth import now, store
from shared.web.clicks import change
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/letters")
@described(takes=engine.LettersForm)
def letters() -> ResponseReturnValue:
    office = office_config()
    year = office_day(now(), office.zone).year
    with store().read() as connection:
        last = rows.last_numbers(connection, office.office_id, year)
    return edit(
        "letters",
        "letters",
        engine.LettersForm,
        lambda: engine.letters_form(office_config()),
        lambda wanted: change(engine.change_letters, wanted),
        year=year,
        last=last,
        standings=list(Standing),
        places=PLACES,
        signer_key=engine.signer_key,
    )
