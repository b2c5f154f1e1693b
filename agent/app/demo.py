"""`holddesk demo`: the demo company in a home, its queue worked, one packet, what to type next."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Any

from agent.app import loading
from agent.app.home import RULES_FILE, Home, open_home, write_home
from agent.app.opening import open_cases, order_ids_on_hold
from agent.app.output import counted, emit_json, say, say_line, table, words
from agent.app.show import packet_view
from agent.review import stages
from seeds import DEMO_DIR, RULES, Demo, load_demo
from tools.errors import BadInput

STORY = "SO-1042"


def _next(where: Path) -> list[tuple[str, str]]:
    at = "" if where == Path(".holddesk") else f" --home {quote(str(where))}"
    return [
        (f"holddesk queue{at}", "all held orders, by the time left"),
        (f'holddesk ask "why is {STORY} blocked?"{at}', "a short answer with its sources"),
        (
            f'holddesk review {STORY} --what-if "payment 12400"{at}',
            "the same order, had the money come",
        ),
        (
            f"holddesk policy explain release_order --order {STORY}{at}",
            "who may release it, by which rule",
        ),
        (
            f"holddesk decide {STORY} reject --reason stock --as u.neumann{at}",
            "decide as a persona",
        ),
        (f"holddesk audit verify{at}", "check the audit chain"),
        ("holddesk load DIR --home mine", "your own tables (holddesk template DIR)"),
    ]


def _prepare(where: Path, company: Demo) -> tuple[Home, dict[str, Any]]:
    existing = open_home(where)
    if not existing.demo and (where / "current.json").exists():
        raise BadInput(f"{where} holds other data; choose another folder with --home")
    home = write_home(where, demo=True, pinned=company.as_of)
    (where / RULES_FILE).write_bytes(RULES.read_bytes())
    return home, loading.load(DEMO_DIR, where, None).as_json()


def make_demo(where: Path) -> Home:
    """Make the demo home, or bring it to the tables of this release; decisions stay."""
    return _prepare(where, load_demo())[0]


def run_demo(where: Path, json: bool) -> None:
    """Make the demo home (again, without harm), work its queue and show one packet."""
    company = load_demo()
    home, report = _prepare(where, company)
    worked = open_cases(home, (), company.as_of)
    held = order_ids_on_hold(home, company.as_of)
    snapshot = home.snapshot()
    (packet,) = stages.review(snapshot, [STORY], company.as_of, home.rules())
    if json:
        emit_json({"home": str(where), "as_of": company.as_of.isoformat(), "load": report,
                   "held": len(held), "waiting": worked.waiting, "failed": worked.failed,
                   "packet": packet})  # fmt: skip
        return
    rows = counted(sum(report["tables"].values()), "row")
    say(
        f"{company.name}: {rows} loaded, {report['quarantined']} set aside; "
        f"{counted(len(held), 'held order')}, {counted(len(worked.waiting), 'new packet')} "
        "for a person to decide.\n"
    )
    say(packet_view(packet))
    people = [(p.user_id, words(p.role), p.does) for p in company.personas]
    say(table("\npersonas (--as)", ("user", "role", "does"), people), "\ntype next")
    for command, to_see in _next(where):
        say_line(f"  {command}")
        say_line(f"      {to_see}")
