"""The functions behind `policy access`: who could do two duties, and who did."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from sqlalchemy import select

from agent.app.desk_place import desk_place
from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, say, table
from agent.desk.models import Decision, Packet
from policies.access_breaches import Records, breaches
from policies.access_conflicts import RULES, conflicts
from policies.guard import shipped
from tools.evidence import look_up
from tools.snapshot import Snapshot


def access_report(home: Home, as_of: datetime) -> dict[str, Any]:
    """Conflicts by right and breaches by data, as JSON."""
    snapshot = home.snapshot()
    staff = tuple(look_up(snapshot, "staff_accounts", as_of))
    records = Records(
        staff=staff,
        approvals=tuple(look_up(snapshot, "signed_approvals", as_of)),
        overrides=tuple(look_up(snapshot, "signed_overrides", as_of)),
        editors=tuple(look_up(snapshot, "order_editors", as_of)),
        releases=tuple(look_up(snapshot, "hold_releases", as_of)),
        decisions=tuple(_decisions(home, snapshot, as_of)),
    )
    rules = shipped().rules()
    return {
        "as_of": as_of.isoformat(), "snapshot": snapshot.id, "policy": shipped().policy_hash()[:16],
        "accounts": len(staff), "people": len({r["person_id"] or r["user_id"] for r in staff}),
        "rule_set": [{"rule": one.name, "says": one.says, "control": one.control,
                      "control_says": rules[one.control].says} for one in RULES],
        "conflicts": conflicts(staff), "breaches": breaches(records),
        "read": {"approvals": len(records.approvals), "overrides": len(records.overrides),
                 "changes": len(records.editors), "releases": len(records.releases),
                 "decisions": len(records.decisions)},
    }  # fmt: skip


def _decisions(home: Home, snapshot: Snapshot, as_of: datetime) -> list[dict[str, Any]]:
    """The desk's signatures with who entered each order; none where no desk exists yet."""
    place = desk_place(home.path)
    if not place.exists:
        return []
    statement = select(Decision, Packet.order_id).join(
        Packet, Packet.packet_id == Decision.packet_id
    )
    with place.open().read() as session:
        found = [
            {"decision_id": d.decision_id, "order_id": order_id, "user_id": d.user_id,
             "person_id": d.person_id, "decision": d.decision, "action": d.action,
             "decided_at": d.decided_at}
            for d, order_id in session.execute(statement.order_by(Decision.decision_id))
        ]  # fmt: skip
    wanted = sorted({str(row["order_id"]) for row in found})
    rows = look_up(snapshot, "order_creators", as_of, wanted=wanted)
    created = {str(row["order_id"]): row["created_by"] for row in rows}
    return [{**row, "created_by": created.get(str(row["order_id"]))} for row in found]


def show_access(where: Path, as_of_text: str | None, json: bool) -> None:
    """Print the access report."""
    home = open_home(where)
    report = access_report(home, home.as_of(as_of_text))
    if json:
        emit_json(report)
        return
    say(*_view(report))


def _view(report: dict[str, Any]) -> list[RenderableType]:
    """The report for a person: breaches first, as they ask for something to be done."""
    read = report["read"]
    people = f"{counted(report['people'], 'person')} with {counted(report['accounts'], 'account')}"
    from_desk = f"{counted(read['decisions'], 'signature')} of the desk"
    from_source = (
        f"{counted(read['approvals'], 'approval')}, {counted(read['releases'], 'release')}"
    )
    said = f"{people} as of {report['as_of']}; read: {from_source} of the source, {from_desk}"
    return [said, *_breaches(report["breaches"]), *_conflicts(report["conflicts"])]


def _breaches(found: list[dict[str, Any]]) -> list[RenderableType]:
    if not found:
        return ["no breach in the data read"]
    rows = [(one["order_id"], one["person_id"], ", ".join(one["accounts"]), one["says"],
             ", ".join(one["refs"])) for one in found]  # fmt: skip
    columns = ("order", "person", "accounts", "did", "rows")
    return [table("\nbreaches by data", columns, rows)]


def _conflicts(found: list[dict[str, Any]]) -> list[RenderableType]:
    if not found:
        return ["no conflict by right"]
    rows = [(one["person_id"], one["company_id"], ", ".join(one["accounts"]), one["says"],
             one["control"]) for one in found]  # fmt: skip
    columns = ("person", "company", "accounts", "could", "kept apart by the rule")
    return [table("\nconflicts by right", columns, rows)]
