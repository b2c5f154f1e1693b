"""The queue: what waits, by the time left and then by risk; filters stand in the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from agent.app.console.render import address, environment, page
from agent.app.console.spreadsheet import csv_of, xlsx_of
from agent.app.service import acts
from agent.app.service.api_cases import ask_of
from agent.app.service.board import FACETS, VIEWS, Listed, Row, left, left_shown
from agent.app.service.identity import PageNeeds, Who, office_of
from agent.app.service.rights import Right
from tools.errors import BadInput

router = APIRouter(include_in_schema=False)
Reader = Annotated[Who, Depends(PageNeeds(Right.READ))]
Word = Annotated[str, Query(max_length=100)]
ROWS = 50
KEPT_TABLES = 128
VIEW_NAMES = {
    "open": "All open", "mine": "Waiting on me", "today": "Cutoff within a day",
    "value": "High value", "snoozed": "Snoozed", "done": "Decided", "all": "Everything",
}  # fmt: skip
EXPORTED = (
    "order_id", "packet_id", "status", "customer_id", "customer", "customer_ref", "net",
    "currency", "value", "promise", "latest_action_at", "minutes_left", "primary", "also",
    "not_known", "risk_level", "risk_score", "recommendation", "owner", "user_id", "assigned_to",
    "placed_at", "sla_due_at",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What the address asks for."""

    view: str
    facets: dict[str, str]
    q: str
    at: int

    def address(self, path: str = "/queue", **changed: object) -> str:
        """The address of this queue with something changed; a facet set to "" is taken out."""
        kept = {"view": self.view, **self.facets, "q": self.q, **changed}
        if kept["view"] == "open":
            kept["view"] = ""
        return address(path, **kept)


def chosen_of(
    view: Word = "open",
    cls: Annotated[str, Query(alias="class", max_length=100)] = "",
    owner: Word = "",
    risk: Word = "",
    site: Word = "",
    recommendation: Word = "",
    q: Word = "",
    at: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Chosen:
    """The address as it was typed."""
    if view not in VIEWS:
        raise BadInput(f"view {view} is unknown; use one of {', '.join(VIEWS)}")
    facets = dict(zip(FACETS, (cls, owner, risk, site, recommendation), strict=True))
    return Chosen(view, {name: value for name, value in facets.items() if value}, q, at)


Address = Annotated[Chosen, Depends(chosen_of)]


def _listed(request: Request, who: Who, chosen: Chosen) -> tuple[Listed, datetime]:
    office = office_of(request)
    now = office.basis().as_of
    facets: dict[str, str | None] = dict(chosen.facets)
    return office.board.listed(ask_of(who, chosen.view, facets, chosen.q), now), now


@router.get("/queue")
def queue(request: Request, who: Reader, chosen: Address) -> Response:
    """The queue, a page of it."""
    listed, now = _listed(request, who, chosen)
    context = {
        "chosen": chosen, "table": _table(listed, chosen.at, now), "total": len(listed.rows),
        "facets": listed.facets,
        "views": [(name, VIEW_NAMES[name], listed.views[name]) for name in VIEWS],
        "facet_names": FACETS, "as_of": now, "rows_a_page": ROWS,
    }  # fmt: skip
    return page(request, who, "queue.html", context)


@lru_cache(maxsize=KEPT_TABLES)
def _table(listed: Listed, at: int, now: datetime) -> Markup:
    """The rows of a page, made once while nothing changes; empty where there are none."""
    rows = [shown_row(row, now) for row in listed.rows[at : at + ROWS]]
    if not rows:
        return Markup("")
    text = environment().get_template("queue_rows.html").render(rows=rows)
    return Markup(text)  # noqa: S704 - made by a template that escapes


def shown_row(row: Row, now: datetime) -> dict[str, Any]:
    """A row of the board as the queue shows it."""
    minutes = left(row, now)
    age = now - row["placed_at"] if row["placed_at"] else None
    due = row["sla_due_at"] - now if row["sla_due_at"] else None
    return {
        **row,
        "left": left_shown(row, now),
        "pace": _pace(minutes),
        "age": _span(age) if age is not None else "not known",
        "sla": "none" if due is None else _due(due),
        "sla_over": due is not None and due < timedelta(0),
        "asleep": row["snoozed_until"] is not None and row["snoozed_until"] > now,
    }


def _pace(minutes: int | None) -> str:
    if minutes is None or minutes < 0:
        return "gone"
    return "now" if minutes <= 120 else "soon" if minutes <= 24 * 60 else "later"


def _span(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours // 24} d" if hours >= 48 else f"{hours} h"


def _due(left_over: timedelta) -> str:
    return f"{_span(-left_over)} over" if left_over < timedelta(0) else f"{_span(left_over)} left"


def _export(request: Request, who: Who, listed: Listed, now: datetime) -> list[dict[str, Any]]:
    orders = [row["order_id"] for row in listed.rows]
    acts.note_read(office_of(request), who, orders, "export")
    return [
        {
            **row,
            "minutes_left": left(row, now),
            "also": ", ".join(row["also"]),
            "not_known": ", ".join(row["not_known"]),
            "risk_level": row["risk"]["level"],
            "risk_score": row["risk"]["score"],
        }
        for row in listed.rows
    ]


@router.get("/queue.csv")
def queue_csv(request: Request, who: Reader, chosen: Address) -> Response:
    """The whole list as CSV; what a spreadsheet would take for a formula is quoted."""
    listed, now = _listed(request, who, chosen)
    rows = _export(request, who, listed, now)
    return _file(csv_of(EXPORTED, rows), "text/csv; charset=utf-8", "queue.csv")


@router.get("/queue.xlsx")
def queue_xlsx(request: Request, who: Reader, chosen: Address) -> Response:
    """The whole list as a workbook."""
    listed, now = _listed(request, who, chosen)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(xlsx_of(EXPORTED, _export(request, who, listed, now)), kind, "queue.xlsx")


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)
