"""What leaves a packet undecided: claims, questions, putting off, asking for an approval."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from agent.desk import audit, claims
from agent.desk.decision_models import Proposal
from agent.desk.notices import tell
from agent.desk.parameters import digest, instant, worded
from agent.desk.requests import KEEPING, Act, Outcome
from agent.desk.signing import decided_event
from agent.desk.turns import next_people, next_roles


def keep(act: Act) -> Outcome:
    """Do what was asked, tell whoever has to know, and write the audit row."""
    found, request = act.found, act.request
    says = _DO[request.decision](act)
    found.status = KEEPING[request.decision] or found.status
    if request.decision in ("request_info", "reassign", "snooze"):
        claims.clear(found)
    act.session.flush()
    audit.append(act.desk, act.session, decided_event(request, found, act.verdict, None))
    asks = request.decision == "request_approval"
    needed = act.guard.may(request.person, request.action, act.facts).count if asks else 1
    return Outcome(found.packet_id, found.status, None, False, found.signed, needed, says)


def _waits(act: Act) -> str:
    status = KEEPING[act.request.decision].replace("_", " ")
    return f"{act.found.packet_id} is {status} and still waits for a decision."


def _request_info(act: Act) -> str:
    whom = str(act.request.parameters.get("to", ""))
    says = f"{act.request.person.user_id} asks about {act.found.packet_id}: {act.request.reason}"
    owner = str(act.facts.order.owner_role)
    tell(act.desk, act.session, act.found, "info_requested", says,
         roles=() if whom else (owner,), user_ids=(whom,) if whom else ())  # fmt: skip
    return f"{_waits(act)} {whom or owner.replace('_', ' ')} was asked."


def _answer(act: Act) -> str:
    says = f"{act.request.person.user_id} answers on {act.found.packet_id}: {act.request.reason}"
    owner = str(act.facts.order.owner_role)
    tell(act.desk, act.session, act.found, "answered", says, roles=(owner,))
    return f"The answer is on {act.found.packet_id}, which waits for a decision again."


def _reassign(act: Act) -> str:
    to = str(act.request.parameters["to"])
    act.found.assigned_to = to
    says = f"{act.request.person.user_id} gave {act.found.packet_id} to {to}."
    tell(act.desk, act.session, act.found, "reassigned", says, user_ids=(to,))
    return f"{_waits(act)} {to} was told."


def _snooze(act: Act) -> str:
    act.found.snoozed_until = instant(act.request.parameters["until"])
    return _waits(act)


def _request_approval(act: Act) -> str:
    """A request names who could approve, tells them, and gives nobody a right."""
    request = act.request
    roles = next_roles(act.guard, request.action, act.facts)
    people = next_people(act.guard, request.action, act.facts, act.now.staff() if act.now else ())
    people = tuple(one for one in people if one != request.person.user_id)
    details = worded(request.parameters)
    what = f"{request.action.replace('_', ' ')}{' ' + details if details else ''}"
    says = f"{request.person.user_id} asks for {what} on {act.found.packet_id}: {request.reason}"
    if not _asked_before(act):
        _store(act)
        tell(act.desk, act.session, act.found, "requested", says, roles=roles, user_ids=people)
    whom = ", ".join(role.replace("_", " ") for role in roles) or "nobody may approve it"
    named = f" ({', '.join(people)})" if people else ""
    return f"Asked for {what} on {act.found.packet_id}; it is decided by: {whom}{named}."


def _hash(act: Act) -> str:
    return digest({"action": act.request.action, "parameters": dict(act.request.parameters)})


def _asked_before(act: Act) -> bool:
    same = select(Proposal.proposal_id).where(
        Proposal.packet_id == act.found.packet_id,
        Proposal.person_id == act.request.person.person_id,
        Proposal.request_hash == _hash(act),
    )
    return act.session.scalars(same).first() is not None


def _store(act: Act) -> None:
    request = act.request
    act.session.add(
        Proposal(
            packet_id=act.found.packet_id,
            user_id=request.person.user_id,
            person_id=request.person.person_id,
            action=request.action,
            parameters=dict(request.parameters),
            request_hash=_hash(act),
            reason=request.reason,
            asked_at=act.desk.now(act.session),
        )
    )


_DO: dict[str, Callable[[Act], str]] = {
    "claim": claims.take,
    "unclaim": claims.give_back,
    "request_info": _request_info,
    "answer": _answer,
    "reassign": _reassign,
    "snooze": _snooze,
    "request_approval": _request_approval,
}
