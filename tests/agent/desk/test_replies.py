"""Replies: signed, fresh and once; what they change, and what they never change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook

from agent.desk import deliveries, replies
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from tests.agent.desk.handing import approved, claimed, events, now
from tools.errors import BadInput, Denied, NotFound, Refused

SECRET, OLD_SECRET = b"s" * 32, b"o" * 32
AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock stands at noon where replies look at it."""

    def noon(_: Session) -> datetime:
        return AT

    monkeypatch.setattr(replies, "database_clock", noon)


@pytest.fixture
def sent(desk: Desk) -> Outbox:
    row = approved(desk)
    deliveries.record(desk, claimed(desk, row), deliveries.Result("accepted"), timedelta(0))
    return row


def letter(
    row: Outbox, status: str = "done", *, name: str = "m1", at: datetime = AT,
    secret: bytes = SECRET, **body: Any,
) -> tuple[dict[str, str], bytes]:  # fmt: skip
    payload = orjson.dumps({"idempotency_key": row.idempotency_key, "status": status} | body)
    sign = Webhook(secret).sign(name, at, payload.decode())
    headers = {"Webhook-Id": name, "Webhook-Timestamp": str(int(at.timestamp())),
               "Webhook-Signature": sign}  # fmt: skip
    return headers, payload


def receive(desk: Desk, headers: dict[str, str], payload: bytes, *secrets: bytes) -> Any:
    return replies.receive(desk, headers, payload, lambda _: secrets or (SECRET,))


def test_a_signed_reply_ends_the_instruction_with_its_reference(desk: Desk, sent: Outbox) -> None:
    found = receive(desk, *letter(sent, reference="ERP-9"))

    assert (found.status, found.applied) == ("done", True)
    assert (now(desk, sent).status, now(desk, sent).reference) == ("done", "ERP-9")
    assert events(desk, "handoff.")[-2:] == ["handoff.done", "handoff.reply"]


def test_a_refusal_keeps_its_words(desk: Desk, sent: Outbox) -> None:
    receive(desk, *letter(sent, "refused", message="period closed"))

    assert (now(desk, sent).status, now(desk, sent).why) == ("refused", "period closed")


def test_the_same_reply_is_accepted_once(desk: Desk, sent: Outbox) -> None:
    receive(desk, *letter(sent))
    with pytest.raises(Refused, match="accepted before"):
        receive(desk, *letter(sent))
    assert events(desk, "handoff.reply").count("handoff.reply") == 1


def test_a_later_reply_is_kept_and_changes_nothing(desk: Desk, sent: Outbox) -> None:
    receive(desk, *letter(sent))

    assert receive(desk, *letter(sent, "refused", name="m2")).applied is False
    assert now(desk, sent).status == "done"


def test_a_reply_may_be_faster_than_the_record_of_the_attempt(desk: Desk) -> None:
    row = approved(desk)
    claim = claimed(desk, row)
    receive(desk, *letter(row))

    accepted = deliveries.Result("accepted")
    assert deliveries.record(desk, claim, accepted, timedelta(0)) == "done"


def test_a_reply_settles_a_doubt(desk: Desk) -> None:
    row = approved(desk)
    deliveries.record(desk, claimed(desk, row), deliveries.Result("unknown"), timedelta(0))

    assert receive(desk, *letter(row, "accepted")).status == "sent"


def test_nothing_that_never_left_is_done_by_a_reply(desk: Desk) -> None:
    row = approved(desk)

    assert receive(desk, *letter(row)).applied is False
    assert now(desk, row).status == "pending"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_away_is_fresh(desk: Desk, sent: Outbox, seconds: int) -> None:
    assert receive(desk, *letter(sent, at=AT + timedelta(seconds=seconds))).applied


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**8])
def test_a_second_more_is_not(desk: Desk, sent: Outbox, seconds: int) -> None:
    with pytest.raises(Refused, match="not fresh"):
        receive(desk, *letter(sent, at=AT + timedelta(seconds=seconds)))
    assert now(desk, sent).status == "sent"
    assert events(desk, "handoff.reply") == ["handoff.reply_refused"]


def test_another_secret_is_denied(desk: Desk, sent: Outbox) -> None:
    with pytest.raises(Denied, match="not signed"):
        receive(desk, *letter(sent, secret=OLD_SECRET))
    assert now(desk, sent).status == "sent"


def test_a_company_without_secrets_sends_no_replies(desk: Desk, sent: Outbox) -> None:
    with pytest.raises(Denied):
        replies.receive(desk, *letter(sent), lambda _: [])


def test_while_a_secret_is_replaced_either_will_do(desk: Desk, sent: Outbox) -> None:
    assert receive(desk, *letter(sent, secret=OLD_SECRET), SECRET, OLD_SECRET).applied


def test_the_secret_is_that_of_the_instructions_company(desk: Desk, sent: Outbox) -> None:
    asked = []

    def of(company_id: str) -> list[bytes]:
        asked.append(company_id)
        return [SECRET]

    replies.receive(desk, *letter(sent), of)
    assert asked == ["C1"]


@pytest.mark.parametrize(
    ("headers", "payload", "error"),
    [
        ({"Webhook-Id": ""}, None, BadInput),
        ({"Webhook-Timestamp": "1e9"}, None, BadInput),
        ({"Webhook-Timestamp": "0" * 30 + "9" * 30}, None, BadInput),
        ({"Webhook-Timestamp": "99999999999"}, None, Denied),
        ({"Webhook-Signature": "v1,!!!"}, None, Denied),
        ({"Webhook-Signature": "v1a,AAAA"}, None, Denied),
        ({"Webhook-Signature": "nonsense"}, None, Denied),
        ({}, b"[]", BadInput),
        ({}, b"\xff", BadInput),
        ({}, b'{"status": "done", "reference": 1}', BadInput),
        ({}, b'{"status": "shipped"}', BadInput),
        ({}, b'{"status": "done", "idempotency_key": "nothing"}', NotFound),
        ({}, b" " * 20_001, BadInput),
    ],
)
def test_what_is_no_reply_is_refused_in_a_sentence(
    desk: Desk, sent: Outbox, headers: dict[str, str], payload: bytes | None, error: type[Exception]
) -> None:
    good, body = letter(sent)
    with pytest.raises(error) as said:
        receive(desk, good | headers, payload if payload is not None else body)
    assert "\n" not in str(said.value)
    assert now(desk, sent).status == "sent"
