"""What an admin does with programs of others: tokens to ask with, and addresses that are told; each recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy import Connection, func, insert, select, update

from shared.domain.errors import NotAllowed, Unknown
from shared.domain.identity import login
from shared.domain.outbox import MOST_URL, Carrier, Topic, new_secret
from shared.domain.rights import Scope
from shared.engine.people.device import issue_token
from shared.engine.setup.office import Form, printable
from shared.engine.setup.officers import account, must_be_of_this_office
from shared.store.office import Transaction
from shared.store.outbox_tables import Outbox, WebhookRecord
from shared.store.seal import Seal
from shared.store.tables import Officer

MOST_DAYS = 365
MOST_WEBHOOKS = 20
"""Of one office: each is a letter for every click."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(printable)]
ticked = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
"""What a form with one tick sends is a list too."""


class TokenForm(Form):
    """`officer`: user name of whoever the program acts for; it is never able to do more than they are."""

    name: Name
    officer: Annotated[str, Field(max_length=40), AfterValidator(login)]
    scopes: Annotated[list[Scope], ticked, Field(min_length=1, max_length=len(Scope))]
    days: int = Field(90, ge=1, le=MOST_DAYS)


class WebhookForm(Form):
    """`url`: http:// or https://, outside of this machine."""

    name: Name
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_URL)]
    topics: Annotated[list[Topic], ticked, Field(min_length=1, max_length=len(Topic))]


def make_token(tx: Transaction, wanted: TokenForm) -> str:
    """The token, which is kept nowhere. Raises `Unknown("officer")`."""
    mine = Officer.office_id == tx.office_id, Officer.login == wanted.officer, Officer.is_active
    officer = tx.first(select(Officer.id, Officer.login).where(*mine))
    if officer is None:
        raise Unknown("officer")
    must_be_of_this_office(tx, account(tx, officer.id).form.roles)
    scopes = sorted(set(wanted.scopes))
    ends_at = tx.now + timedelta(days=wanted.days)
    text = issue_token(
        tx.connection, tx.office_id, "officer", wanted.name, tx.now, officer.id, scopes=scopes, expires_at=ends_at
    )
    detail = {"officer": officer.login, "scopes": [str(each) for each in scopes], "days": wanted.days}
    tx.record("setup.token", reason=wanted.name, detail=detail)
    return text


def add_webhook(tx: Transaction, wanted: WebhookForm, url: str, seal: Seal) -> str:
    """The secret that signs what is sent to `url`, shown once. Raises `NotAllowed("many_webhooks")`."""
    present = select(func.count()).where(WebhookRecord.office_id == tx.office_id, WebhookRecord.removed_at.is_(None))
    if tx.connection.execute(present).scalar_one() >= MOST_WEBHOOKS:
        raise NotAllowed("many_webhooks")
    secret, topics = new_secret(), sorted(set(wanted.topics))
    columns = {"name": wanted.name, "url": url, "secret": seal.close(secret), "topics": [str(each) for each in topics]}
    webhook_id = tx.insert(WebhookRecord, **columns, officer_id=tx.actor.officer_id, made_at=tx.now)
    tx.renew_setup()
    tx.record("setup.webhook", reason=wanted.name, detail={"webhook": webhook_id, "topics": columns["topics"]})
    return secret


def remove_webhook(tx: Transaction, webhook_id: int) -> None:
    """What waits for it is not sent any more. Raises `Unknown("webhook")`."""
    name = _name_of(tx, webhook_id)
    tx.execute(update(WebhookRecord).where(WebhookRecord.id == webhook_id).values(removed_at=tx.now))
    tx.renew_setup()
    tx.record("setup.webhook_removed", reason=name, detail={"webhook": webhook_id})


def try_webhook(tx: Transaction, webhook_id: int) -> None:
    """Writes a letter that says only that it is a test. Raises `Unknown("webhook")`."""
    name = _name_of(tx, webhook_id)
    body = {"office": tx.office.slug, "version": tx.version, "at": tx.now, "type": "test"}
    columns = {"channel": Carrier.WEBHOOK.value, "receiver_id": webhook_id, "topic": "test", "body": body}
    tx.execute(insert(Outbox), {"office_id": tx.office_id, **columns, "made_at": tx.now, "due_at": tx.now})
    tx.record("setup.webhook_tested", reason=name, detail={"webhook": webhook_id})


def officers(connection: Connection, office_id: int) -> dict[str, str]:
    """For whom a program can act: user name -> name."""
    mine = Officer.office_id == office_id, Officer.is_active
    rows = connection.execute(select(Officer.login, Officer.name).where(*mine).order_by(Officer.name))
    return {row.login: row.name for row in rows}


def _name_of(tx: Transaction, webhook_id: int) -> str:
    mine = WebhookRecord.id == webhook_id, WebhookRecord.office_id == tx.office_id
    row = tx.first(select(WebhookRecord.name).where(*mine, WebhookRecord.removed_at.is_(None)))
    if row is None:
        raise Unknown("webhook")
    return str(row.name)
