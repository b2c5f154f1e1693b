"""The audit: append-only events, each hashed together with the one before it.

An event is appended in the transaction of what it records: without its audit row a decision does
not exist. Refused and failed attempts are events too. `audit_verify` finds what was tampered with.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from agent.desk import circumstances
from agent.desk.audit_models import Audit, Chain
from agent.desk.audit_rows import (
    CONTEXT,
    GENESIS,
    SCHEMA,
    app_version,
    context_of,
    listed,
    row_hash,
)
from agent.desk.audit_verify import Report, verify
from agent.desk.head import Head, Link
from agent.desk.models import canonical
from agent.desk.pseudonyms import people, pseudonym, with_people, without_people
from agent.desk.store import Desk, database_clock
from policies.guard import Person
from tools.errors import Refused

__all__ = ["CHAIN", "Event", "Report", "append", "by", "events", "row_hash", "verify"]

CHAIN = "audit"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to what, by whom. What is not known is empty.

    How the person signed in, the request's id and on whose behalf come from `circumstances`.
    """

    name: str
    actor: str = "desk"
    """An account (it is written as its pseudonym), or a name of the system's own."""
    actor_kind: str = "system"
    """human, agent or system."""
    case_id: str = ""
    packet_id: str = ""
    order_id: str = ""
    fingerprint: str = ""
    policy_version: str = ""
    verdict: str = ""
    """allow or deny, where the guard was asked."""
    rules: Sequence[str] = ()
    body: dict[str, Any] = field(default_factory=dict)
    """What else is worth knowing: plain JSON, no prose, people under `pseudonyms.PERSON_KEYS`."""
    person_id: str = ""
    """The person behind the account."""
    roles: Sequence[str] = ()
    """The roles that the act was done in: they stay when the person is erased."""
    authority: str = ""
    """The person's limit for it, minor units of the policy currency."""
    company_id: str = ""
    packet_version: str = ""
    snapshot: str = ""
    decision_id: str = ""
    decision: str = ""
    recommendation: str = ""
    reason_code: str = ""
    reason_hash: str = ""
    """SHA-256 of the reason's text, which is kept where it can be erased."""
    errors: Sequence[str] = ()
    """What went wrong in the guard or elsewhere."""
    approvals: Sequence[str] = ()
    """Ids of the decisions that this rests on."""
    idempotency_key: str = ""
    outbox_id: str = ""
    erp_reply: str = ""
    communication: str = ""
    """What became of a message: drafted, approved, sent, failed."""
    outcome: str = ""
    model: Mapping[str, str] = field(default_factory=dict)
    """Model id, parameters and hash of the prompt, where a model wrote text."""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """What was read: table or query, rows, hash of the result."""


def append(desk: Desk, session: Session, event: Event) -> Link:
    """Append an event in the caller's transaction.

    Raises:
        Refused: the chain is shorter than its head, or differs from it: nothing may be recorded
            on top of a damaged audit.
    """
    newest = session.execute(
        select(Chain.seq, Chain.hash, Chain.chain_id).where(Chain.name == CHAIN).with_for_update()
    ).one()
    if not session.info.get("audit_appended"):
        session.info["audit_witness"] = _match_head(session, desk.head, newest.seq)
    values = _values(session, event)
    values |= {
        "seq": newest.seq + 1,
        "prev": newest.hash or GENESIS,
        "chain": newest.chain_id,
        "at": database_clock(session).isoformat(timespec="milliseconds"),
    }
    values["hash"] = row_hash(values)
    session.execute(insert(Audit).values(values))
    link = Link(values["seq"], values["hash"])
    session.execute(update(Chain).where(Chain.name == CHAIN).values(link._asdict()))
    session.info["audit_appended"] = link.seq
    return link


def by(person: Person) -> dict[str, Any]:
    """Who acts, as fields of an event; roles and authority stay when the person is erased."""
    return {
        "actor": person.user_id,
        "actor_kind": "human",
        "person_id": person.person_id,
        "roles": sorted(person.roles),
        "authority": str(person.approval_limit),
    }


def events(session: Session, packet_id: str | None = None) -> list[dict[str, Any]]:
    """The events, oldest first, of one packet or of all; people by name unless erased.

    Each has the columns of its row, the keys of its context, and `body` as canonical JSON.
    """
    names = people(session)
    statement = select(Audit.__table__).order_by(Audit.seq)
    if packet_id is not None:
        statement = statement.where(Audit.packet_id == packet_id)
    return [_readable(row, names) for row in _rows(session, statement)]


def _rows(session: Session, statement: Any) -> Generator[dict[str, Any], None, None]:
    with session.execute(statement, execution_options={"yield_per": 2000}) as result:
        for row in result.mappings():
            yield dict(row)


def _readable(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    context = orjson.loads(row["context"]) if row["context"] else dict.fromkeys(CONTEXT, "")
    body = with_people(orjson.loads(row["body"]), names)
    on_behalf_of = names.get(context["on_behalf_of"], context["on_behalf_of"])
    return {
        **context, "on_behalf_of": on_behalf_of, **row,
        "actor": names.get(row["actor"], row["actor"]), "body": canonical(body).decode(),
    }  # fmt: skip


def _match_head(session: Session, head: Head, seq: int) -> dict[str, Any]:
    """Refuse to build on a damaged chain; how far the head goes, with how many checkpoints."""
    known = head.read()
    if head.path is None:
        return {"head": 0, "checkpoint": 0, "keeper": ""}
    if known is None:
        raise Refused(f"the head of the audit is missing ({head.path}); run: holddesk audit verify")
    written = known["seq"] == 0 or (
        known["seq"] <= seq and _hash_at(session, known["seq"]) == known["hash"]
    )
    if not written or not head.sound(known):
        raise Refused("the audit does not match its head; run: holddesk audit verify")
    laid = known.get("checkpoint", 0)
    return {"head": known["seq"], "checkpoint": laid, "keeper": head.key.keeper}


def _hash_at(session: Session, seq: int) -> str | None:
    return session.execute(select(Audit.hash).where(Audit.seq == seq)).scalar_one_or_none()


def _values(session: Session, event: Event) -> dict[str, Any]:
    around = circumstances.current()
    human = event.actor_kind == "human"
    person_id = event.person_id or str(event.body.get("person_id", ""))
    on_behalf_of = around.on_behalf_of
    in_context = {key: getattr(event, key) for key in CONTEXT if hasattr(event, key)}
    in_context |= {
        "auth": around.auth or ("" if human else "system"),
        "session": around.session,
        "request_id": around.request_id,
        "on_behalf_of": pseudonym(session, on_behalf_of) if on_behalf_of else "",
        "roles": listed(event.roles),
        "errors": listed(without_people(session, {"errors": list(event.errors)})["errors"]),
        "approvals": listed(event.approvals),
        "app_version": app_version(),
        **session.info["audit_witness"],
        "model": dict(event.model),
        "tool_calls": [dict(call) for call in event.tool_calls],
    }
    body = without_people(session, event.body)
    in_context |= {key: body[key] for key in CONTEXT if in_context.get(key) == "" and key in body}
    return {
        "schema": SCHEMA,
        "event": event.name,
        "actor": pseudonym(session, event.actor, person_id) if human else event.actor,
        "actor_kind": event.actor_kind,
        "company_id": event.company_id or str(body.get("company_id", "")),
        "case_id": event.case_id,
        "packet_id": event.packet_id,
        "order_id": event.order_id,
        "fingerprint": event.fingerprint,
        "policy_version": event.policy_version,
        "verdict": event.verdict,
        "rules": listed(event.rules),
        "decision_id": event.decision_id or str(body.get("decision_id", "")),
        "reason_code": event.reason_code or str(body.get("reason_code", "")),
        "context": context_of(in_context),
        "body": canonical(body).decode(),
    }
