"""The functions behind `queue`, `review` and `ask`: read, judge, print."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import track

from agent.app.desk_place import desk_place
from agent.app.home import Home, open_home
from agent.app.output import console, emit_json, emit_line, plain_text, say, table
from agent.app.reads import record_read
from agent.app.show import packet_view
from agent.app.show_queue import queue_view
from agent.app.viewing import refuse_unseen, viewed_as, visible
from agent.review import stages
from agent.review.masking import masked_answer, masked_packet
from agent.review.queue import queue_rows
from agent.review.summary import Summary
from agent.review.what_if import hypothetical
from policies.settings import Rules, with_settings
from tools.errors import BadInput
from tools.evidence import look_up, utc
from tools.snapshot import Snapshot

CONFIRMED = ["open", "blocked", "released", "shipped", "invoiced"]
TO_SHIP = ["open", "blocked", "released"]
ALL_STATES = ["draft", *CONFIRMED, "closed", "cancelled"]
PROGRESS_FROM = 100


@dataclass(frozen=True)
class Selection:
    """Which orders a review covers."""

    orders: tuple[str, ...] = ()
    held: bool = False
    open_orders: bool = False
    any_status: bool = False
    ordered_from: str | None = None
    ordered_to: str | None = None


def _midnight(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text} is no date; write it as 2026-03-02") from None
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - snapshots store naive UTC


def _between(
    snapshot: Snapshot, chosen: Selection, as_of: datetime, states: list[str]
) -> list[str]:
    first = _midnight(chosen.ordered_from, "--ordered-from")
    last = _midnight(chosen.ordered_to, "--ordered-to")
    latest = utc(as_of) + timedelta(days=1)
    found = look_up(
        snapshot, "orders_between", as_of, states=states, first=first, last=last or latest
    )
    return [str(row["order_id"]) for row in found]


def _check(chosen: Selection) -> None:
    many = chosen.held or chosen.open_orders or chosen.any_status
    if chosen.orders and many:
        raise BadInput("name orders, or select many with --all, --open or --any-status, not both")
    by_day = chosen.ordered_from or chosen.ordered_to
    if by_day and not (chosen.open_orders or chosen.any_status):
        raise BadInput("--ordered-from and --ordered-to go with --open or --any-status")


def select(snapshot: Snapshot, chosen: Selection, as_of: datetime) -> list[str]:
    """The order ids of a selection.

    Raises:
        BadInput: nothing was selected, or two ways of selecting contradict each other.
        NotFound: a named order does not exist.
    """
    _check(chosen)
    if chosen.orders:
        return stages.resolve(snapshot, chosen.orders, as_of)
    if chosen.any_status:
        return _between(snapshot, chosen, as_of, ALL_STATES)
    if chosen.held and not chosen.open_orders:
        held = [str(r["order_id"]) for r in look_up(snapshot, "held_orders", as_of)]
        if held or snapshot.tables["holds"].present:
            return held
    if chosen.held or chosen.open_orders:
        return _between(snapshot, chosen, as_of, TO_SHIP)
    raise BadInput("name an order, or use --all for every held order")


def packets_of(
    home: Home,
    snapshot: Snapshot,
    ids: Sequence[str],
    as_of: datetime,
    rules: Rules,
    *,
    quiet: bool,
) -> Iterator[dict[str, Any]]:
    """The packets of the orders, with progress on stderr for many."""
    made = stages.review(snapshot, ids, as_of, rules)
    return made if quiet else with_progress(made, len(ids))


def with_progress(made: Iterator[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    """The same, with progress on stderr where there are many."""
    if total < PROGRESS_FROM:
        return made
    from rich.console import Console

    err = Console(file=sys.stderr)
    return iter(track(made, "reviewing", total=total, console=err, disable=not err.is_terminal))


def show_review(
    where: Path,
    chosen: Selection,
    as_of_text: str | None,
    rules_file: Path | None,
    settings: Sequence[str],
    what_if: Sequence[str],
    summary: bool,
    form: str,
    user: str | None = None,
) -> None:
    """Print packets (text, JSON, JSON lines) or a summary of them, as `user` may see them."""
    home = open_home(where)
    as_of = home.as_of(as_of_text)
    rules = with_settings(home.rules(rules_file), settings)
    snapshot = home.snapshot()
    view = viewed_as(home, snapshot, as_of, user)
    refuse_unseen(snapshot, as_of, view, chosen.orders)
    ids = visible(snapshot, as_of, view, select(snapshot, chosen, as_of))
    if not summary:
        record_read(home, view, ids, "review")
    if what_if:
        made: Iterator[dict[str, Any]] = hypothetical(snapshot, ids, as_of, rules, what_if)
    else:
        stage = stages.detect if summary else stages.review
        made = with_progress(stage(snapshot, ids, as_of, rules), len(ids))
    if view is not None and not summary:  # a summary counts orders, and shows no figure of any
        made = (masked_packet(packet, view) for packet in made)
    if summary:
        _print_summary(Summary.of(made), form)
    elif form == "jsonl":
        for packet in made:
            emit_line(packet)
    elif form == "json":
        found = list(made)
        emit_json(found[0] if len(chosen.orders) == 1 and len(found) == 1 else found)
    else:
        _print_packets(made, as_of)


def _print_packets(made: Iterator[dict[str, Any]], as_of: datetime) -> None:
    shown = 0
    for packet in made:
        say(*([""] if shown else []), packet_view(packet))
        shown += 1
    if not shown:
        say(f"no orders to review as of {as_of.isoformat()}")


def _print_summary(counted: Summary, form: str) -> None:
    if form != "text":
        emit_json(counted.as_json())
        return
    for title, rows in counted.tables():
        say(table(f"\n{title}", ("", ">count"), rows))


def _clocks(home: Home, as_of: datetime) -> dict[str, dict[str, Any]]:
    """How the SLA of each open case stands; the desk is opened only where there is one."""
    if not desk_place(home.path).exists:
        return {}
    from agent.app.sla import by_order

    return by_order(home, as_of)


def show_queue(where: Path, as_of_text: str | None, rules_file: Path | None, json: bool) -> None:
    """Print the held orders, by the time left and then by risk."""
    home = open_home(where)
    as_of, rules, snapshot = home.as_of(as_of_text), home.rules(rules_file), home.snapshot()
    ids = select(snapshot, Selection(held=True), as_of) if snapshot.tables["holds"].present else []
    rows = queue_rows(packets_of(home, snapshot, ids, as_of, rules, quiet=json), as_of)
    running = _clocks(home, as_of)
    for row in rows:
        row["sla"] = running.get(row["order_id"])
    if json:
        emit_json({"as_of": as_of.isoformat(), "snapshot": snapshot.id, "orders": rows})
        return
    if not rows:
        say("no active holds; any order can still be reviewed: holddesk review ORDER")
        return
    say(queue_view(rows, as_of.isoformat(), console().width))


def show_answer(
    where: Path, question: str, as_of_text: str | None, json: bool, user: str | None = None
) -> None:
    """Answer a question about orders, as `user` may see them."""
    from agent.llm.questions import ask
    from agent.llm.source import SnapshotSource

    home = open_home(where)
    snapshot, as_of = home.snapshot(), home.as_of(as_of_text)
    view = viewed_as(home, snapshot, as_of, user)
    answered = ask(question, SnapshotSource(snapshot, as_of, home.rules(), view))
    if view is not None:
        answered = masked_answer(answered, view)
        record_read(home, view, answered["orders"], "ask")
    if json:
        emit_json(answered)
        return
    say(answered["answer"])
    for one in answered.get("withheld", ()):
        console().print(plain_text(f"hidden: {one['reason']}"), style="dim")
    cited = sorted({ref for sentence in answered["sentences"] for ref in sentence["citations"]})
    if cited:
        more = f" and {len(cited) - 8} more" if len(cited) > 8 else ""
        console().print(plain_text(f"cites: {', '.join(cited[:8])}{more}"), style="dim")
