"""The page of a case: the answer first, then the facts, the options, and the panel to decide."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from agent.app.console.case_view import case_view
from agent.app.console.charts import charts_of
from agent.app.console.cite import Marks, card_of
from agent.app.console.deciding import panel, snoozed_until
from agent.app.console.diff import word_diff
from agent.app.console.forms import FormNeeds
from agent.app.console.fresh import differences, freshness_of
from agent.app.console.past import past_holds
from agent.app.console.render import address, page
from agent.app.service import acts
from agent.app.service.api_cases import ask_of, count
from agent.app.service.identity import PageNeeds, Who, office_of
from agent.app.service.office import Office
from agent.app.service.rights import Right
from agent.app.service.trail import events
from agent.desk.models import OPEN_STATUSES, Packet
from agent.desk.packets import packet_id_of
from agent.desk.requests import Stale
from agent.review.what_if import hypothetical
from tools.errors import BadInput, HolddeskError, NotFound

router = APIRouter(include_in_schema=False)
Reader = Annotated[Who, Depends(PageNeeds(Right.READ))]
Decider = Annotated[Who, Depends(FormNeeds(Right.DECIDE))]
Worker = Annotated[Who, Depends(FormNeeds(Right.WORK))]
OrderId = Annotated[str, Path(min_length=1, max_length=100)]
Field = Annotated[str, Form(max_length=2000)]
EVENTS = 40


def _stored(office: Office, who: Who, order_id: str) -> Packet | None:
    """The newest packet of the order's newest case."""
    row = office.board.of_order(order_id)
    if row is None or not who.covers(row["company_id"]):
        return None
    return acts.read_packet(office, who, row["packet_id"])


def _shown(
    office: Office, who: Who, order_id: str, packet_id: str = ""
) -> tuple[dict[str, Any], Packet | None]:
    """The packet to show: the named one, the stored one, else the review of now."""
    acts.note_read(office, who, [order_id], "console")
    if packet_id:
        found = acts.read_packet(office, who, packet_id)
        return acts.shown(who, found.body), found
    stored = _stored(office, who, order_id)
    if stored is not None:
        return acts.shown(who, stored.body), stored
    return acts.shown(who, acts.review_order(office, who, order_id)), None


def _marks(packet: dict[str, Any], order_id: str) -> Marks:
    return Marks(packet, f"/cases/{order_id}/cite")


@router.get("/cases/{order_id}")
def case(
    request: Request,
    who: Reader,
    order_id: OrderId,
    after: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The case of an order; an order without one is shown as it is now."""
    office = office_of(request)
    packet, found = _shown(office, who, order_id)
    known = packet["order_id"]
    if known != order_id:
        return RedirectResponse(f"/cases/{known}", 303)
    if found is not None:
        acts.note_view(office, who, found)
    marks = _marks(packet, known)
    now = office.basis().as_of
    primary = next((one["class"] for one in packet["exceptions"] if one["primary"]), None)
    before, following = _neighbours(office, who, known)
    context = {
        "order_id": known, "packet": packet, "found": found,
        "view": case_view(packet, marks, now), "edited": _edited(office, who, packet, found),
        "charts": charts_of(packet),
        "panel": panel(office, who, found) if found is not None else None,
        "past": past_holds(office, primary), "primary": primary,
        "freshness": freshness_of(office, packet), "timeline": _timeline(office, known),
        "marks": marks, "before": before, "following": following,
        "done": _done(office, who, after), "question_order": known,
    }  # fmt: skip
    return page(request, who, "case.html", context)


def _timeline(office: Office, order_id: str) -> list[Any]:
    found, _, _ = events(office.desk, order_id, None, EVENTS)
    return list(found)


def _neighbours(office: Office, who: Who, order_id: str) -> tuple[str, str]:
    """The orders before and after this one in the queue."""
    listed = office.board.listed(ask_of(who, "open", {}, ""), office.basis().as_of)
    ids = [row["order_id"] for row in listed.rows]
    at = ids.index(order_id) if order_id in ids else -1
    if at < 0:
        return "", ids[0] if ids else ""
    return ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else ""


def _edited(
    office: Office, who: Who, packet: dict[str, Any], found: Packet | None
) -> list[tuple[str, str]]:
    """What a person changed in the note since the version before; nothing where nobody did."""
    if found is None or found.version < 2 or not found.body.get("edits"):
        return []
    earlier = acts.read_packet(office, who, packet_id_of(found.order_id, found.version - 1))
    return word_diff(_note(acts.shown(who, earlier.body)), _note(packet))


def _note(packet: dict[str, Any]) -> str:
    return " ".join(sentence["text"] for sentence in packet["internal_note"]["sentences"])


def _done(office: Office, who: Who, packet_id: str) -> Packet | None:
    try:
        return acts.read_packet(office, who, packet_id) if packet_id else None
    except NotFound:
        return None


@router.get("/cases/{order_id}/cite")
def cite(
    request: Request,
    who: Reader,
    order_id: OrderId,
    of: Annotated[str, Query(max_length=300)],
    packet: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What a citation says: the row or the calculation with its inputs."""
    office = office_of(request)
    body, _ = _shown(office, who, order_id, packet)
    card = card_of(body, of, _marks(body, order_id))
    if card is None:
        raise NotFound(f"the packet of {order_id} cites no {of}")
    whole = "hx-request" not in request.headers and "x-card" not in request.headers
    context = {
        "card": card, "order_id": order_id, "packet": body,
        "freshness": freshness_of(office, body), "question_order": order_id,
    }  # fmt: skip
    return page(request, who, "cite.html" if whole else "card.html", context)


@router.get("/cases/{order_id}/fresh")
def fresh(request: Request, who: Reader, order_id: OrderId) -> Response:
    """Whether the evidence is still what the packet was drafted from, and what changed."""
    office = office_of(request)
    body, found = _shown(office, who, order_id)
    now = acts.shown(who, acts.review_order(office, who, order_id))
    same = now["fingerprint"] == body["fingerprint"]
    changed = [] if same else differences(body, now)
    waits = found is not None and found.status in OPEN_STATUSES
    context = {"same": same, "changed": changed, "order_id": order_id, "waits": waits}
    return page(request, who, "fresh.html", context)


@router.get("/cases/{order_id}/what-if")
def what_if(
    request: Request,
    who: Reader,
    order_id: OrderId,
    change: Annotated[list[str], Query(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """The same checks on changed facts; never a packet to approve."""
    office = office_of(request)
    now = acts.shown(who, acts.review_order(office, who, order_id))
    basis = office.basis()
    texts = [text for line in change for text in line.split(";") if text.strip()]
    made, problem = None, ""
    if texts:
        try:
            ids = [now["order_id"]]
            (held,) = hypothetical(basis.snapshot, ids, basis.as_of, basis.rules, texts)
            made = acts.shown(who, held)
        except BadInput as error:
            problem = str(error)
    context = {
        "order_id": now["order_id"], "texts": texts, "now": now, "made": made,
        "problem": problem, "changed": differences(now, made) if made else [],
        "question_order": now["order_id"],
    }  # fmt: skip
    part = "hx-request" in request.headers
    return page(request, who, "what_if_part.html" if part else "what_if.html", context)


@router.post("/cases/{order_id}/draft")
def draft_again(request: Request, who: Worker, order_id: OrderId) -> Response:
    """Open the case of an order, or draft its packet again where the last one ended."""
    report = acts.draft_cases(office_of(request), who, (order_id,))
    if report.failed:
        raise BadInput("; ".join(report.failed.values()))
    return RedirectResponse(f"/cases/{order_id}", 303)


@router.post("/packets/{packet_id}/decide")
def decide(
    request: Request,
    who: Decider,
    packet_id: Annotated[str, Path(max_length=100)],
    decision: Annotated[str, Form(max_length=30)],
    etag: Annotated[str, Form(max_length=200)],
    action: Annotated[str, Form(max_length=50)] = "",
    reason: Field = "",
    reason_code: Annotated[str, Form(max_length=50)] = "",
    key: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=5000)] = "",
    message: Annotated[str, Form(max_length=5000)] = "",
    to: Annotated[str, Form(max_length=100)] = "",
    snooze: Annotated[str, Form(max_length=5)] = "",
    waives: Annotated[str, Form(max_length=50)] = "",
    amount: Annotated[str, Form(max_length=50)] = "",
    until: Annotated[str, Form(max_length=50)] = "",
    lines: Annotated[str, Form(max_length=200)] = "",
    conditions: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Decide, and go on with the next case."""
    office = office_of(request)
    parameters = {
        "reassign": {"to": to}, "snooze": {"until": snoozed_until(office, snooze)},
        "approve": {
            **({"class": waives} if action == "waive_finding" else {}),
            "amount": amount, "until": until, "lines": lines, "conditions": conditions,
        },
        "edit": {"note": note, "message": message},
    }.get(decision, {})  # fmt: skip
    wish = acts.Wish(packet_id, etag, decision, action, reason, parameters, reason_code, key)
    found = acts.read_packet(office, who, packet_id)
    _, following = _neighbours(office, who, found.order_id)
    try:
        outcome = acts.decide(office, who, wish)
    except Stale:
        count(request, decision, "stale")
        return RedirectResponse(address(f"/cases/{found.order_id}", after=packet_id), 303)
    except HolddeskError as error:
        count(request, decision, error.code)
        raise
    count(request, decision, outcome.status)
    stays = not outcome.final or outcome.status == "edited"
    following = found.order_id if stays else following
    target = f"/cases/{following}" if following else "/queue"
    return RedirectResponse(address(target, after=packet_id), 303)
