"""The audit: append-only events, each hashed together with the one before it.

An event is appended in the transaction of what it records: without its audit row a decision does
not exist. `verify` finds a row that was edited, removed, inserted or swapped, and, with the head
file, a tail that was cut off and a chain that was rewritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from agent.desk.head import Head, Link
from agent.desk.models import Audit, Chain, canonical
from agent.desk.store import Desk, database_clock
from tools.errors import Refused

GENESIS = ""
"""The previous hash of the first row."""
CHAIN = "audit"
_HASHED = (
    "seq", "prev", "at", "event", "actor", "actor_kind", "case_id", "packet_id", "order_id",
    "fingerprint", "policy_version", "verdict", "rules", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, to what, by whom."""

    name: str
    actor: str = "desk"
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


class Report(NamedTuple):
    """What a verification found; `first_bad_seq` is the first row that does not hold."""

    ok: bool
    rows: int
    first_bad_seq: int | None
    why: str


def append(desk: Desk, session: Session, event: Event) -> Link:
    """Append an event in the caller's transaction.

    Raises:
        Refused: the chain is shorter than its head, or differs from it: nothing may be recorded
            on top of a damaged audit.
    """
    newest = session.execute(
        select(Chain.seq, Chain.hash).where(Chain.name == CHAIN).with_for_update()
    ).one()
    if not session.info.get("audit_appended"):
        _match_head(session, desk.head, newest.seq)
    values = _values(event, newest.seq + 1, newest.hash or GENESIS, _time(session))
    values["hash"] = row_hash(values)
    session.execute(insert(Audit).values(values))
    link = Link(values["seq"], values["hash"])
    session.execute(update(Chain).where(Chain.name == CHAIN).values(link._asdict()))
    session.info["audit_appended"] = True
    return link


def row_hash(values: dict[str, Any]) -> str:
    """SHA-256 of every field, each with its length before it, so that none can run into another."""
    digest = hashlib.sha256()
    for name in _HASHED:
        part = str(values[name]).encode()
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def verify(desk: Desk) -> Report:
    """Walk the whole chain and compare it with its head."""
    known = desk.head.read()  # before the rows: what is appended meanwhile is no alarm
    with desk.read(one_state=True) as session, closing(_rows(session)) as found:
        rows = 0
        newest = Link(0, GENESIS)
        for row in found:
            rows += 1
            if why := _broken(row, newest):
                return Report(False, rows, min(row["seq"], newest.seq + 1), why)
            newest = Link(row["seq"], row["hash"])
        why = _ends_well(session, desk.head, known, newest)
    return Report(not why, rows, newest.seq + 1 if why else None, why)


def _ends_well(session: Session, head: Head, known: Link | None, newest: Link) -> str:
    kept = session.execute(select(Chain.seq, Chain.hash).where(Chain.name == CHAIN)).one_or_none()
    if kept is None or tuple(kept) != tuple(newest):
        return "the newest rows were removed: the chain's own counter is ahead of its rows"
    if head.path is None:
        return ""
    if known is None:
        return f"the head of the audit is missing: {head.path}"
    if known.seq > newest.seq:
        return f"the newest rows were removed: the head says that row {known.seq} was written"
    if known.seq and _hash_at(session, known.seq) != known.hash:
        return f"the chain was rewritten: row {known.seq} is not the one that the head names"
    return ""


def _broken(row: dict[str, Any], before: Link) -> str:
    if row["seq"] != before.seq + 1:
        return f"row {before.seq + 1} is missing"
    if row["prev"] != before.hash:
        return f"row {row['seq']} does not follow from the row before it"
    if row_hash(row) != row["hash"]:
        return f"row {row['seq']} was changed after it was written"
    return ""


def _match_head(session: Session, head: Head, seq: int) -> None:
    known = head.read()
    if head.path is None or (known is not None and known.seq == 0):
        return
    if known is None:
        raise Refused(f"the head of the audit is missing ({head.path}); run: holddesk audit verify")
    if known.seq > seq or _hash_at(session, known.seq) != known.hash:
        raise Refused("the audit does not match its head; run: holddesk audit verify")


def _hash_at(session: Session, seq: int) -> str | None:
    return session.execute(select(Audit.hash).where(Audit.seq == seq)).scalar_one_or_none()


def _rows(session: Session) -> Generator[dict[str, Any], None, None]:
    statement = select(Audit.__table__).order_by(Audit.seq)
    with session.execute(statement, execution_options={"yield_per": 2000}) as result:
        for row in result.mappings():
            yield dict(row)


def events(session: Session, packet_id: str | None = None) -> list[dict[str, Any]]:
    """The events, oldest first, of one packet or of all."""
    rows = _rows(session)
    return [row for row in rows if packet_id is None or row["packet_id"] == packet_id]


def _values(event: Event, seq: int, prev: str, at: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "prev": prev,
        "at": at,
        "event": event.name,
        "actor": event.actor,
        "actor_kind": event.actor_kind,
        "case_id": event.case_id,
        "packet_id": event.packet_id,
        "order_id": event.order_id,
        "fingerprint": event.fingerprint,
        "policy_version": event.policy_version,
        "verdict": event.verdict,
        "rules": ",".join(event.rules),
        "body": canonical(event.body).decode(),
    }


def _time(session: Session) -> str:
    return database_clock(session).isoformat(timespec="milliseconds")
