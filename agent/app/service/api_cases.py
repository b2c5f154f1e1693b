"""The API: cases, packets with their evidence, and decisions."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from agent.app.service import acts
from agent.app.service.board import FACETS, VIEWS, Ask, Listed, left, left_shown, masked
from agent.app.service.identity import Needs, Who, office_of
from agent.app.service.paging import Cursor, Limit, page
from agent.app.service.problems import MEDIA_TYPE, PreconditionRequired, Problem
from agent.app.service.rights import Right
from agent.app.service.shapes import (
    CaseOut,
    CasesIn,
    DecisionIn,
    DecisionOut,
    EvidenceOut,
    Name,
    OutcomeOut,
    PacketOut,
    PageOf,
    VerdictOut,
    WorkOut,
)  # fmt: skip
from agent.desk.decisions import decisions
from agent.desk.models import Packet
from tools.errors import BadInput, NotFound

router = APIRouter(tags=["cases"])
Reader = Annotated[Who, Depends(Needs(Right.READ))]
Worker = Annotated[Who, Depends(Needs(Right.WORK))]
Decider = Annotated[Who, Depends(Needs(Right.DECIDE))]
Facet = Annotated[str | None, Query(max_length=100)]
KEPT_PAGES = 256
DECIDING: dict[int | str, dict[str, Any]] = {
    412: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": "Not as it was shown."},
    428: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": "If-Match is missing."},
}


def case_out(row: dict[str, Any], now: datetime) -> CaseOut:
    """A row of the board as the API shows it."""
    minutes = left(row, now)
    return CaseOut.model_validate(
        {**row, "minutes_left": minutes, "left_shown": left_shown(row, now)}
    )


@router.get("/cases")
def list_cases(
    request: Request,
    who: Reader,
    view: Annotated[str, Query(description=f"One of {', '.join(VIEWS)}.")] = "open",
    cls: Annotated[str | None, Query(alias="class", max_length=100)] = None,
    owner: Facet = None,
    risk: Facet = None,
    site: Facet = None,
    recommendation: Facet = None,
    q: Annotated[str, Query(max_length=100, description="Words in order or customer.")] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[CaseOut]:
    """The queue: by the time left that keeps the promise, then by risk."""
    if view not in VIEWS:
        raise BadInput(f"view {view} is unknown; use one of {', '.join(VIEWS)}")
    office = office_of(request)
    now = office.basis().as_of
    chosen = dict(zip(FACETS, (cls, owner, risk, site, recommendation), strict=True))
    listed = office.board.listed(ask_of(who, view, chosen, q), now)
    body = _page(listed, cursor, limit, now)
    return Response(body, media_type="application/json")  # type: ignore[return-value]


@lru_cache(maxsize=KEPT_PAGES)
def _page(listed: Listed, cursor: str | None, limit: int, now: datetime) -> bytes:
    """A page of the queue as JSON, made once while nothing changes."""
    shown, following = page(listed.rows, lambda row: row["packet_id"], cursor, limit)
    items = [case_out(row, now) for row in shown]
    made = PageOf[CaseOut](items=items, next_cursor=following, total=len(listed.rows))
    return made.model_dump_json().encode()


def ask_of(who: Who, view: str, chosen: dict[str, str | None], text: str) -> Ask:
    """What somebody asks of the board."""
    facets = tuple((name, value) for name, value in chosen.items() if value)
    sees = who.view
    return Ask(who.user_id, who.roles, sees.seen, sees.companies, view, facets, text)


@router.post("/cases", status_code=201)
def open_cases(request: Request, who: Worker, body: CasesIn) -> WorkOut:
    """Open the cases of orders and draft their packets; those that wait already are left."""
    done = acts.draft_cases(office_of(request), who, tuple(body.orders))
    return WorkOut(waiting=done.waiting, resumed=done.resumed, failed=done.failed)


@router.get("/cases/{order_id}")
def show_case(request: Request, who: Reader, order_id: Name) -> CaseOut:
    """The newest case of an order."""
    office = office_of(request)
    found = office.board.of_order(order_id)
    if found is None or not who.covers(found["company_id"]):
        raise NotFound(f"there is no case of {order_id} that you may read; see /api/v1/cases")
    return case_out(masked(found, who.view.seen), office.basis().as_of)


@router.get("/packets/{packet_id}", responses={304: {"description": "Not changed."}})
def show_packet(
    request: Request,
    response: Response,
    who: Reader,
    packet_id: Name,
    if_none_match: Annotated[str | None, Header()] = None,
) -> PacketOut:
    """A packet; its ETag is what a decision names in If-Match."""
    found = acts.read_packet(office_of(request), who, packet_id)
    acts.note_read(office_of(request), who, [found.order_id], "api")
    acts.note_view(office_of(request), who, found)
    response.headers["ETag"] = etag = acts.etag_of(found)
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})  # type: ignore[return-value]
    return packet_out(who, found)


def packet_out(who: Who, found: Packet) -> PacketOut:
    """A packet of the desk as the API shows it to somebody."""
    fields = {name: getattr(found, name) for name in PacketOut.model_fields}
    return PacketOut.model_validate({**fields, "body": acts.shown(who, found.body)})


@router.get("/packets/{packet_id}/evidence")
def list_evidence(
    request: Request, who: Reader, packet_id: Name, cursor: Cursor = None, limit: Limit = 100
) -> PageOf[EvidenceOut]:
    """The rows that a packet cites, by citation."""
    found = acts.read_packet(office_of(request), who, packet_id)
    acts.note_read(office_of(request), who, [found.order_id], "api")
    rows = sorted(acts.shown(who, found.body)["evidence"].items())
    shown, following = page(rows, lambda row: row[0], cursor, limit)
    items = [EvidenceOut(ref=ref, columns=columns) for ref, columns in shown]
    return PageOf(items=items, next_cursor=following, total=len(rows))


@router.get("/packets/{packet_id}/rights")
def list_rights(request: Request, who: Reader, packet_id: Name) -> list[VerdictOut]:
    """For each action: whether the caller may do it on this packet, by which rule, who could."""
    office = office_of(request)
    found = acts.read_packet(office, who, packet_id)
    given = acts.verdicts(office, who, found)
    return [
        VerdictOut(
            action=action, allowed=v.allowed, rules=list(v.rules), reason=v.reason,
            roles=list(v.roles), count=v.count, would_change=list(v.would_change),
        )
        for action, v in given.items()
    ]  # fmt: skip


@router.get("/packets/{packet_id}/decisions")
def list_decisions(request: Request, who: Reader, packet_id: Name) -> list[DecisionOut]:
    """The signatures and the decision that stand on a packet."""
    office = office_of(request)
    acts.read_packet(office, who, packet_id)
    with office.desk.read() as session:
        found = decisions(session, packet_id)
    return [
        DecisionOut.model_validate({name: getattr(one, name) for name in DecisionOut.model_fields})
        for one in found
    ]


@router.post("/packets/{packet_id}/decisions", status_code=201, responses=DECIDING)
def decide(
    request: Request,
    who: Decider,
    packet_id: Name,
    body: DecisionIn,
    if_match: Annotated[str | None, Header(description="The packet's ETag.")] = None,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=200)] = None,
) -> OutcomeOut:
    """Decide on a packet as it was shown: read it first. The same key gives the first answer."""
    if if_match is None:
        raise PreconditionRequired("send If-Match with the ETag of the packet as you saw it")
    office = office_of(request)
    wish = acts.Wish(
        packet_id, if_match, body.decision, body.action, body.reason, body.parameters,
        body.reason_code, idempotency_key or "",
    )  # fmt: skip
    try:
        outcome = acts.decide(office, who, wish)
    except Exception as error:
        count(request, body.decision, getattr(error, "code", "error"))
        raise
    count(request, body.decision, outcome.status)
    return OutcomeOut.model_validate({n: getattr(outcome, n) for n in OutcomeOut.model_fields})


def count(request: Request, decision: str, outcome: str) -> None:
    """Count a decision by what came of it."""
    request.app.state.telling.decisions.labels(decision, outcome).inc()
