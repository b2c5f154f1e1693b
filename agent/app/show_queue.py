"""Show the queue to a person: one line an order where it fits, two stacked lines where not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType

from agent.app.output import counted, table, words

Json = Mapping[str, Any]
ONE_LINE_FROM = 140
"""Columns of a terminal from which an order has one line."""


def why_held(row: Json) -> str:
    """The classes found, the primary first, and what is not known; clear only without either."""
    classes = [words(name) for name in (row["primary"], *row["also"]) if name]
    gaps = list(dict.fromkeys(words(check) for check in row["not_known"]))
    unknown = f"not known: {', '.join(gaps)}" if gaps else ""
    return "; ".join(part for part in (", ".join(classes), unknown) if part) or "clear"


def time_left(row: Json) -> str:
    """The time left to keep the promise; not known where no route could be judged."""
    if row["minutes_left"] is None and "route_risk" in row["not_known"]:
        return "not known"
    return str(row["left_shown"])


def sla_shown(row: Json) -> str:
    """How the SLA of the case stands; empty without a case that has one."""
    return str((row.get("sla") or {}).get("shown", ""))


def queue_view(rows: Sequence[Json], as_of: str, width: int) -> RenderableType:
    """The held orders in the order in which they have to be looked at."""
    title = f"{counted(len(rows), 'held order')} as of {as_of}"
    cells = [
        (row["order_id"], row["customer"], row["net_shown"] or "not known", why_held(row),
         time_left(row), sla_shown(row), f"{row['risk']['level']} {row['risk']['score']}",
         row["recommendation"], words(row["owner"]))
        for row in rows
    ]  # fmt: skip
    names = ("order", "customer", "net", "found", "time left", "SLA", "risk", "path", "owner")
    if width >= ONE_LINE_FROM:
        return table(title, (*names[:2], ">net", *names[3:]), cells)
    columns = _stacked(names)
    return table(title, (*columns[:2], f">{columns[2]}", columns[3]), [_stacked(c) for c in cells])


def _stacked(cells: Sequence[object]) -> tuple[str, ...]:
    order, customer, net, found, left, sla, risk, path, owner = cells
    why = f"{found}; SLA {sla}" if sla and sla != "SLA" else found
    pairs = ((order, risk), (customer, why), (net, left), (path, owner))
    return tuple(f"{above}\n{below}" for above, below in pairs)
