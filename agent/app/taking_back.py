"""The functions behind `rollback`, `message`, `outcome` and the approval of reversals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.app.given import one_of
from agent.app.office import Office, open_office
from agent.app.output import emit_json, indented, say, table, words
from agent.desk import effects, messages, outbox, outcomes, reversals
from agent.desk.outbox_models import IN_DOUBT, NOT_LEFT, OUTCOMES, EffectApproval
from agent.desk.undoing import UNDO
from agent.desk.waiting import waiting_packet
from tools.errors import HolddeskError, Refused
from tools.evidence import look_up


def roll_back(where: Path, named: str, reason: str, user: str | None, json: bool) -> None:
    """Withdraw what has not left; ask for the reversal of what has."""
    office = open_office(where)
    row = office.instruction(named)
    acting, _ = office.acting(user, row.order_id)
    if row.status in NOT_LEFT:
        reversals.withdraw(office.desk, row, reason, acting)
        says = f"{row.outbox_id} had not left and is withdrawn; {row.order_id} waits for a decision"
        _answer({"instruction": row.outbox_id, "order_id": row.order_id, "status": "withdrawn",
                 "request": None, "says": says}, json)  # fmt: skip
        return
    if row.status in IN_DOUBT:
        raise Refused(f"{row.outbox_id} may have arrived; settle it first: holddesk worker --once")
    if row.status not in ("sent", "done"):
        raise Refused(f"{row.outbox_id} is {row.status}: there is nothing to roll back")
    made = reversals.prepare_reversal(office.desk, row, reason, acting)
    _answer(_request(office, made), json)


def decide_request(
    where: Path, request: str, approve: bool, confirm: str, user: str | None, json: bool
) -> None:
    """Approve or reject a reversal as a person."""
    office = open_office(where)
    with office.desk.read() as session:
        row = effects.effect(session, request)
    acting, _ = office.acting(user, row.order_id)
    made = reversals.decide_reversal(office.desk, request, approve, confirm, acting)
    status = "approved" if approve else "rejected"
    says = f"{request} is {status}" + (f"; {made.outbox_id} waits to leave" if made else "")
    _answer({"request": request, "status": status, "says": says,
             "instruction": made.outbox_id if made else None}, json)  # fmt: skip


def show_waiting(where: Path, json: bool) -> None:
    """Reversals that wait for an approval, with who may give it."""
    office = open_office(where)
    with office.desk.read() as session:
        rows = [_request(office, one) for one in effects.waiting(session, office.desk.now(session))]
    if json:
        emit_json({"requests": rows})
        return
    if not rows:
        say("nothing waits for an approval")
        return
    cells = [(row["request"], row["order_id"], words(row["action"]), row["prepared_by"],
              ", ".join(map(words, row["roles"]))) for row in rows]  # fmt: skip
    say(table("", ("request", "order", "action", "asked by", "may approve"), cells))


def customer_message(
    where: Path, order: str, send: bool, confirm: str, user: str | None, json: bool
) -> None:
    """Show the message of the newest packet of an order, or approve it to be sent."""
    office = open_office(where)
    found = waiting_packet(office.desk, order)
    if send:
        acting, _ = office.acting(user, found.order_id)
        made = messages.send_message(office.desk, found.packet_id, confirm, acting)
        says = f"the message of {found.order_id} is approved; {made.outbox_id} waits to leave"
        _answer({"instruction": made.outbox_id, "order_id": found.order_id, "says": says}, json)
        return
    text = outbox.message_of(found)
    code = effects.code_of(effects.digest_of("notify_customer", text))
    body = {"packet_id": found.packet_id, "order_id": found.order_id, **text, "confirm": code,
            "locked": True}  # fmt: skip
    if json:
        emit_json(body)
        return
    say(
        f"{found.packet_id}, to the customer ({text['language']}), locked:",
        indented(str(text["text"]) or "(withheld: its sentences did not hold)"),
        f"to send it, as customer service and not as who approved: holddesk message "
        f"{found.order_id} --send --confirm {code} --as USER",
    )


def record_outcome(
    where: Path, order: str, what: str, note: str, user: str | None, json: bool
) -> None:
    """Record what became of an order, as a person of its company."""
    one_of(what.replace("-", "_"), "outcome", OUTCOMES)
    office = open_office(where)
    acting, _ = office.acting(user, order)
    row = outcomes.record(
        office.desk, order, what.replace("-", "_"), note, acting.person, office.guard
    )
    says = f"{row.order_id} {words(row.outcome)}, by {row.source}"
    _answer({"order_id": row.order_id, "packet_id": row.packet_id, "outcome": row.outcome,
             "source": row.source, "says": says}, json)  # fmt: skip


def outcomes_of_load(office: Office) -> list[str]:
    """Record what the current snapshot shows of decided orders; the orders recorded."""
    home = office.home
    with office.desk.read() as session:
        wanted = outcomes.open_orders(session)
    if not wanted:
        return []
    snapshot = home.snapshot()
    rows = look_up(snapshot, "order_statuses", home.as_of(None), wanted=wanted)
    statuses = {str(row["order_id"]): str(row["status"]) for row in rows}
    return outcomes.from_load(office.desk, statuses, snapshot.id)


def recorded_by_load(where: Path) -> list[str]:
    """What a load shows of decided orders; the orders recorded.

    Where the desk cannot be used now the load stands, and the next round of a worker records it.
    """
    try:
        return outcomes_of_load(open_office(where))
    except HolddeskError:
        return []


def _request(office: Office, row: EffectApproval) -> dict[str, Any]:
    with office.desk.read() as session:
        roles: set[str] = set()
        if row.reverses is not None:
            roles = effects.signed_by(session, outbox.one(session, row.reverses))[1]
    code = effects.code_of(row.digest) if row.final else ""
    twice = f" --confirm {code}" if code else ""
    undone = str(row.parameters.get("undoes", "notify_customer"))
    how = UNDO[undone].says if undone in UNDO else words(row.action)
    return {
        "request": row.effect_id,
        "order_id": row.order_id,
        "action": row.action,
        "reverses": row.reverses,
        "status": row.status,
        "prepared_by": row.prepared_by,
        "roles": sorted({*roles, "executive"}),
        "final": row.final,
        "confirm": code,
        "parameters": row.parameters,
        "says": f"{row.effect_id} asks to {words(row.action)}: {how}. Somebody else approves it: "
        f"holddesk handoff approve {row.effect_id}{twice} --as USER",
    }


def _answer(body: Mapping[str, Any], json: bool) -> None:
    if json:
        emit_json(dict(body))
    else:
        say(str(body["says"]))
