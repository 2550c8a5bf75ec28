"""What an admin does with the gateway that sends messages to applicants' phones; recorded, without its secret."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints
from sqlalchemy import delete, insert, select

from shared.domain.errors import Invalid, NotAllowed
from shared.domain.files.reminder import Reminder, mobile
from shared.domain.message import BY_ITSELF, MOST_BODY, body_template, header_name, secret_value
from shared.domain.outbox import MOST_URL
from shared.engine.messages import try_out
from shared.engine.setup.office import Form
from shared.engine.setup.programs import ticked
from shared.store.office import Transaction
from shared.store.outbox_tables import MessageGateway
from shared.store.seal import Seal

MOST_SECRET = 500
USUAL_HEADER = "Authorization"
_Stripped = StringConstraints(strip_whitespace=True)


class GatewayForm(Form):
    """`secret`: what stands in the header; empty keeps the one that is known, as long as the server stays the same.

    `body`: JSON with {number} and {text}, also {id}; empty is the usual one. `kinds`: what goes out by itself.
    """

    url: Annotated[str, _Stripped, Field(min_length=1, max_length=MOST_URL)]
    header: Annotated[str, _Stripped, Field(max_length=60)] = USUAL_HEADER
    secret: Annotated[str, _Stripped, Field(max_length=MOST_SECRET)] = ""
    body: Annotated[str, _Stripped, Field(max_length=MOST_BODY)] = ""
    kinds: Annotated[list[Reminder], ticked, Field(max_length=len(BY_ITSELF))] = Field(default_factory=list)


class GatewayTest(Form):
    """`number`: of a mobile phone, which gets a message that says that it is a test."""

    number: Annotated[str, Field(max_length=30)]


def save(tx: Transaction, wanted: GatewayForm, url: str, seal: Seal) -> None:
    """From now on it sends the office's messages.

    Raises `Invalid` (`gateway_header`, `gateway_secret`, `gateway_secret_again`, `gateway_body`) and
    `NotAllowed("practice")`: who practises writes to nobody.
    """
    if tx.office.settings.is_practice:
        raise NotAllowed("practice")
    present = tx.first(select(MessageGateway).where(MessageGateway.office_id == tx.office_id))
    secret = seal.close(secret_value(wanted.secret)) if wanted.secret else ""
    if present is not None and not secret and present.secret:
        if _server(present.url) != _server(url):
            raise Invalid("gateway_secret_again", fields=["secret"])
        secret = present.secret
    kinds = [str(kind) for kind in BY_ITSELF if kind in wanted.kinds]
    row = {
        "url": url,
        "header": header_name(wanted.header or USUAL_HEADER),
        "secret": secret,
        "body": body_template(wanted.body) if wanted.body else "",
        "kinds": kinds,
        "officer_id": tx.actor.officer_id,
        "made_at": tx.now,
    }
    _drop(tx)
    tx.execute(insert(MessageGateway), {"office_id": tx.office_id, **row})
    tx.renew_setup()
    tx.record("setup.gateway", reason=urlsplit(url).hostname, detail={"kinds": kinds})


def remove(tx: Transaction) -> None:
    """What waits for it is not sent any more. Raises `NotAllowed("no_gateway")`."""
    _must_be_there(tx)
    _drop(tx)
    tx.renew_setup()
    tx.record("setup.gateway_removed")


def test(tx: Transaction, wanted: GatewayTest) -> None:
    """Raises `Invalid("gateway_number")` and `NotAllowed("no_gateway")`."""
    _must_be_there(tx)
    number = mobile(wanted.number)
    if number is None:
        raise Invalid("gateway_number", fields=["number"])
    try_out(tx, number)


def _must_be_there(tx: Transaction) -> None:
    if tx.office.gateway is None:
        raise NotAllowed("no_gateway")


def _drop(tx: Transaction) -> None:
    tx.execute(delete(MessageGateway).where(MessageGateway.office_id == tx.office_id))


def _server(url: str) -> tuple[str, str]:
    """To whom a secret was entrusted."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
