"""Instructions that people carry out, and what they settle by hand.

Who confirms a task entered it in the ERP: a person of a role that approved the action, and never
the approver. A message is sent by the person who approved it.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit, deliveries, effects, outbox, packets
from agent.desk.effects import GUARDED, Acting, signed_by
from agent.desk.history import facts_of
from agent.desk.outbox_models import Outbox
from agent.desk.requests import Request
from agent.desk.store import Desk
from policies.guard import PacketFacts, Verdict
from tools.errors import BadInput, Denied, Refused

SETTLED = {"done": "done", "refused": "refused"}


def open_tasks(session: Session) -> list[Outbox]:
    """Tasks that nobody has confirmed, oldest first."""
    statement = select(Outbox).where(Outbox.channel == "tasks", Outbox.status == "sent")
    return list(session.scalars(statement.order_by(Outbox.created_at, Outbox.outbox_id)))


def confirm(desk: Desk, row: Outbox, status: str, reply: str, acting: Acting) -> None:
    """Say that a task was done or refused.

    Raises:
        BadInput: there is no reply.
        Denied: the guard says no; the attempt is audited.
        Refused: it is no open task.
    """
    if not reply.strip():
        raise BadInput("say what came of it with --reply, such as the number in the ERP")
    if row.channel != "tasks":
        raise Refused(
            f"{row.outbox_id} is no task: it leaves by {row.channel or 'a channel not yet chosen'}"
        )
    _settle(desk, row, ("sent",), SETTLED[status], reply, acting)


def settle(desk: Desk, row: Outbox, arrived: bool, reason: str, acting: Acting) -> None:
    """Say of an instruction in doubt whether it arrived, where nobody can be asked.

    Raises:
        BadInput: no reason is given.
        Denied: the guard says no; the attempt is audited.
        Refused: it is not in doubt.
    """
    if not reason.strip():
        raise BadInput("say how you know with --reason; it stands in the audit by its hash")
    if arrived:
        _settle(desk, row, ("unknown",), "done", reason, acting)
        return
    verdict = _asked(desk, row, acting)
    told = deliveries.by_person(acting.person, verdict, reason)
    with desk.write() as session:
        current = outbox.one(session, row.outbox_id)
        if not deliveries.absent(desk, session, current, told):
            raise Refused(f"{row.outbox_id} is {current.status}, and not in doubt")


def retry(desk: Desk, row: Outbox, reason: str, acting: Acting) -> None:
    """Let an instruction that failed leave once more.

    Raises:
        BadInput: no reason is given.
        Denied: the guard says no; the attempt is audited.
        Refused: it has not failed.
    """
    if not reason.strip():
        raise BadInput("say what was mended with --reason")
    verdict = _asked(desk, row, acting)
    told = deliveries.by_person(acting.person, verdict, reason)
    with desk.write() as session:
        deliveries.try_again(desk, session, outbox.one(session, row.outbox_id), told)


def _settle(
    desk: Desk, row: Outbox, before: tuple[str, ...], status: str, words: str, acting: Acting
) -> None:
    verdict = _asked(desk, row, acting)
    told = deliveries.by_person(acting.person, verdict, words)
    with desk.write() as session:
        current = outbox.one(session, row.outbox_id)
        if not deliveries.end(
            desk, session, current, before, status, "", reference=words[:200], **told
        ):
            raise Refused(f"{row.outbox_id} is {current.status} already")


def _asked(desk: Desk, row: Outbox, acting: Acting) -> Verdict:
    """Whether the person may say that it was carried out.

    Raises:
        Denied: the guard says no; the attempt is audited.
    """
    action, asked = _questions(desk, row, acting)
    for facts in asked:
        verdict = acting.guard.may(acting.person, action, facts)
        if not verdict.allowed:
            by = deliveries.by_person(acting.person, verdict, "")
            with desk.write() as session:
                audit.append(desk, session, outbox.event_of("handoff.denied", session, row, **by))
            raise Denied(verdict.reason, verdict.rules)
    return verdict


def _questions(desk: Desk, row: Outbox, acting: Acting) -> tuple[str, list[PacketFacts]]:
    """The guarded action, and the facts to ask with: an entry once for each who approved it."""
    with desk.read() as session:
        found = packets.packet(session, row.packet_id)
        people, roles = signed_by(session, row)
        if row.effect_id is not None:
            effect = effects.effect(session, row.effect_id)
            facts = _as_now(effects.facts(desk, session, effect, found, acting), acting)
            if effect.kind == "reversal":
                facts = replace(facts, approvers=frozenset(people))
            return GUARDED[effect.kind], [facts]
        request = Request(found.packet_id, acting.person, "approve", found.fingerprint)
        told = facts_of(desk, session, request, found, [], acting.policy_now, acting.current)
    lock = replace(told.order.lock, approved_roles=frozenset(roles))
    entry = replace(_as_now(told, acting), order=replace(told.order, lock=lock))
    signed = frozenset(roles)
    return "update_erp", [replace(entry, first_signer=one, first_roles=signed) for one in people]


def _as_now(facts: PacketFacts, acting: Acting) -> PacketFacts:
    """What is carried out is told of afterwards: the date of its approval is no matter then."""
    return replace(facts, pending=True, policy_version=acting.policy_now, expires_at=facts.now + 1)
