"""The records beside the chain, against it: decisions have their rows, pseudonyms their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk.audit_models import Anchor, Audit, Erased, Pseudonym
from agent.desk.faults import Fault
from agent.desk.head import Link
from agent.desk.models import Decision
from agent.desk.pseudonyms import pseudonym_of


def fault(session: Session, cut: Sequence[Link]) -> Fault | None:
    """The first disagreement between the chain and the records that it is about."""
    return _decisions(session, cut) or _pseudonyms(session)


def _decisions(session: Session, cut: Sequence[Link]) -> Fault | None:
    """Every decision has its event with the same fingerprint, and every event its decision."""
    stored = {
        one.decision_id: one
        for one in session.execute(
            select(Decision.decision_id, Decision.fingerprint, Decision.policy_version)
        )
    }
    found = recorded(session)
    for decision_id, row in sorted(found.items(), key=lambda item: item[1]["seq"]):
        kept = stored.get(decision_id)
        if kept is None:
            return Fault(row["seq"], f"decision {decision_id} of row {row['seq']} was removed")
        same = (kept.fingerprint, kept.policy_version) == (
            row["fingerprint"],
            row["policy_version"],
        )
        if row["event"].startswith("decision.") and not same:
            return Fault(row["seq"], f"decision {decision_id} differs from row {row['seq']}")
    archived = _archived(session, cut)
    missing = sorted(set(stored) - set(found) - archived)
    return Fault(None, f"decision {missing[0]} has no row in the audit") if missing else None


def recorded(session: Session) -> dict[str, Mapping[str, Any]]:
    """The first row that names each decision."""
    columns = (Audit.seq, Audit.event, Audit.decision_id, Audit.fingerprint,
               Audit.policy_version)  # fmt: skip
    statement = select(*columns).where(Audit.decision_id != "").order_by(Audit.seq.desc())
    found = {row["decision_id"]: row for row in session.execute(statement).mappings()}
    early = select(*columns, Audit.body).where(
        Audit.schema == 1, Audit.event.like("decision.%"), Audit.verdict == "allow"
    )
    for row in session.execute(early).mappings():
        if decision_id := orjson.loads(row["body"]).get("decision_id"):
            found[decision_id] = row
    return found  # type: ignore[return-value]


def _archived(session: Session, cut: Sequence[Link]) -> set[str]:
    """Decisions whose rows were cut, by anchors that are signed outside the database too."""
    sound = set(cut)
    return {
        decision_id
        for one in session.scalars(select(Anchor))
        if Link(one.seq, one.hash) in sound
        for decision_id in orjson.loads(one.body)["decisions"]
    }


def _pseudonyms(session: Session) -> Fault | None:
    known = {one.pseudonym: one for one in session.scalars(select(Pseudonym))}
    for given, one in sorted(known.items()):
        if pseudonym_of(one.subject, one.salt) != given:
            seq = _first_of(session, given)
            return Fault(seq, f"pseudonym {given} was given to somebody else: it is not theirs")
    lost = set(_actors(session)) - set(known) - set(session.scalars(select(Erased.pseudonym)))
    if lost:
        given = min(lost, key=lambda one: _first_of(session, one) or 0)
        seq = _first_of(session, given)
        return Fault(seq, f"the person of pseudonym {given} was removed without an erasure")
    return _erased(session)


def _erased(session: Session) -> Fault | None:
    """Every erasure is an event of the chain that names its pseudonym."""
    for one in session.scalars(select(Erased).order_by(Erased.seq)):
        event = session.get(Audit, one.seq)
        named = event is None or one.pseudonym in orjson.loads(event.body).get("pseudonyms", ())
        first = session.execute(select(Audit.seq).order_by(Audit.seq).limit(1)).scalar() or 0
        if not named or (event is None and one.seq >= first):
            return Fault(one.seq, f"the erasure of {one.pseudonym} is not recorded in the audit")
    return None


def _actors(session: Session) -> Sequence[str]:
    statement = select(Audit.actor).where(Audit.actor_kind == "human", Audit.schema != 1)
    return session.scalars(statement.distinct()).all()


def _first_of(session: Session, given: str) -> int | None:
    statement = select(Audit.seq).where(Audit.actor == given).order_by(Audit.seq).limit(1)
    return session.execute(statement).scalar()
