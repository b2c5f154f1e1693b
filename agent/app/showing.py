"""The functions behind `show` and `inbox`: read a packet as it waits, see what waits for you."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from agent.app.deciding import AtTheDesk, at_the_desk
from agent.app.home import open_home
from agent.app.output import counted, emit_json, indented, say, table, words
from agent.app.show import packet_view
from agent.app.show_standing import changed_figures, changed_rows, standing
from agent.desk import history, notices, views
from agent.desk.requests import Request
from tools.errors import Denied


def show_packet(where: Path, named: str, user: str | None, json: bool) -> None:
    """Show a packet as it waits in the desk, and record that the person was shown this version.

    Raises:
        Denied: the person may not read it.
    """
    desk = at_the_desk(open_home(where), named, user, "show")
    _may_read(desk)
    new = views.show(desk.place.desk, desk.found.packet_id, desk.person)
    with desk.place.desk.read() as session:
        signed = history.decisions(session, desk.found.packet_id)
        told = notices.told(session, desk.found.packet_id)
    lines = list(standing(desk.found, signed, told))
    current = desk.body["fingerprint"] == desk.found.fingerprint
    if json:
        emit_json(
            {"packet": desk.found.body, "status": desk.found.status,
             "fingerprint": desk.found.fingerprint, "evidence_is_current": current,
             "claimed_by": desk.found.claimed_by, "signed": [_signature(one) for one in signed],
             "told": [_told(one) for one in told], "first_view": new}
        )  # fmt: skip
        return
    say(packet_view(desk.found.body), *_more(desk, lines, current))


def show_inbox(where: Path, user: str | None, json: bool) -> None:
    """What waits for a person: the packets of their company that they were told of last."""
    desk = at_the_desk(open_home(where), None, user, "inbox")
    with desk.place.desk.read() as session:
        found = notices.inbox(session, desk.person)
    mine = [(n, p) for n, p in found if p.facts["company_id"] == desk.person.company_id]
    if json:
        emit_json([{"packet_id": p.packet_id, "status": p.status, **_told(n)} for n, p in mine])
        return
    if not mine:
        say(f"nothing waits for {desk.person.user_id}; the whole queue: holddesk queue")
        return
    rows = [(p.packet_id, words(p.status), n.says) for n, p in mine]
    say(table(f"{counted(len(rows), 'packet')} for {desk.person.user_id}",
              ("packet", "status", "told"), rows))  # fmt: skip


def _may_read(desk: AtTheDesk) -> None:
    place, found = desk.place, desk.found
    request = Request(found.packet_id, desk.person, "claim", found.fingerprint)
    with place.desk.read() as session:
        facts = history.facts_of(
            place.desk, session, request, found, [], place.policy_version, None
        )
    verdict = place.guard.may(desk.person, "read", facts)
    if not verdict.allowed:
        raise Denied(verdict.reason, verdict.rules)


def _more(desk: AtTheDesk, lines: list[str], current: bool) -> list[RenderableType | str]:
    changes = desk.found.body.get("changes", {})
    changed = [*changed_figures(changes), *changed_rows(changes)]
    parts: list[RenderableType | str] = [Text("\nin the desk", style="bold")]
    parts += [indented(line) for line in lines]
    if changed:
        parts += [Text(f"\nchanged since {changes['since']}", style="bold")]
        parts += [indented(line) for line in changed]
    if not current:
        parts.append("\nThe evidence has changed since: a decision drafts it again.")
    return parts


def _signature(one: Any) -> dict[str, Any]:
    return {
        "decision_id": one.decision_id, "user_id": one.user_id, "decision": one.decision,
        "action": one.action, "parameters": one.parameters, "reason_code": one.reason_code,
        "reason": one.reason, "decided_at": one.decided_at.isoformat(), "final": one.final,
    }  # fmt: skip


def _told(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind, "roles": one.roles, "user_ids": one.user_ids, "says": one.says,
        "told_at": one.told_at.isoformat(),
    }  # fmt: skip
