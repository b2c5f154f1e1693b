"""Ask, policies, audit, sources, admin: what is known, by which rules, and by whom."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from agent.app import loading
from agent.app.console.cite import Marks
from agent.app.console.render import page
from agent.app.policy import settings_of
from agent.app.service import acts, asking
from agent.app.service.identity import PageNeeds, Who, office_of
from agent.app.service.rights import ROLES_WITH, Right
from agent.app.service.trail import events
from agent.desk import audit_verify
from agent.desk.accounts import accounts
from agent.desk.sessions import tokens
from policies.guard import LOCKED_ACTIONS, shipped
from tools.errors import HolddeskError

router = APIRouter(include_in_schema=False)
Reader = Annotated[Who, Depends(PageNeeds(Right.READ))]
Auditor = Annotated[Who, Depends(PageNeeds(Right.AUDIT))]
Admin = Annotated[Who, Depends(PageNeeds(Right.ADMIN))]
Word = Annotated[str, Query(max_length=500)]
EXAMPLES = (
    "what's worst today", "why is SO-1042 blocked?", "which of birch's orders fit under the limit",
    "who has to sign SO-1042", "how much is stuck in credit",
)  # fmt: skip
EVENTS = 100


@router.get("/ask")
def ask(request: Request, who: Reader, q: Word = "", order: Word = "") -> Response:
    """Ask about orders; the order in view is what a question without an order is about."""
    answered, problem = None, ""
    if q.strip():
        try:
            answered = asking.answer(office_of(request), who, q.strip(), order or None)
        except HolddeskError as error:
            problem = str(error)
    said = _said(answered) if answered else []
    context = {
        "q": q, "order": order, "answered": answered, "said": said, "problem": problem,
        "examples": EXAMPLES, "question_order": order,
    }  # fmt: skip
    part = "hx-request" in request.headers
    return page(request, who, "ask_part.html" if part else "ask.html", context)


def _said(answered: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The sentences of an answer; their figures open where the answer is about one order."""
    order = answered["orders"][0] if len(answered["orders"]) == 1 else ""
    packet = {**answered, "bindings": {}, "evidence_hashes": {}}
    marks = Marks(packet, f"/cases/{order}/cite")
    made = [marks.parts(sentence) for sentence in answered["sentences"]]
    return made if order else [[{"text": p["text"]} for p in parts] for parts in made]


@router.get("/policies")
def policies(
    request: Request, who: Reader, order: Word = "", action: Word = "release_order", user: Word = ""
) -> Response:
    """Rules, settings, who may what; and why somebody may not."""
    basis = office_of(request).basis()
    answer, problem = None, ""
    if order:
        try:
            answer = _why(request, who, order, action, user)
        except HolddeskError as error:
            problem = str(error)
    context = {
        "version": basis.policy_version, "settings": settings_of(basis.rules),
        "rules": [r for r in shipped().rules().values() if r.says],
        "actions": LOCKED_ACTIONS, "order": order, "action": action, "user": user,
        "answer": answer, "problem": problem,
        "roles_with": [(right.value, sorted(roles)) for right, roles in ROLES_WITH.items()],
    }  # fmt: skip
    return page(request, who, "policies.html", context)


def _why(request: Request, who: Who, order: str, action: str, user: str) -> dict[str, Any]:
    """Whether somebody may do an action on an order, which rules say so, and who could."""
    office = office_of(request)
    found = acts.newest_packet(office, who, order)
    verdict = acts.verdict_on(office, user or who.user_id, found, action)
    rules = shipped().rules()
    return {
        "user": user or who.user_id,
        "packet": found,
        "verdict": verdict,
        "rules": [rules[name] for name in verdict.rules if name in rules],
        "could": acts.who_could(office, found, action),
    }


@router.get("/audit")
def audit_page(
    request: Request,
    who: Auditor,
    order: Word = "",
    cursor: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The state of the chain and the events, the newest first."""
    desk = office_of(request).desk
    found, following, total = events(desk, order or None, cursor or None, EVENTS)
    context = {
        "chain": audit_verify.verify(desk), "events": found, "following": following, "total": total,
        "order": order, "cursor": cursor,
    }  # fmt: skip
    return page(request, who, "audit.html", context)


@router.get("/sources")
def sources(request: Request, who: Reader) -> Response:
    """Which checks the data can answer, how old each table is, what was set aside."""
    office = office_of(request)
    basis = office.basis()
    report = loading.doctor(office.path, required_lists=basis.rules.compliance.required_lists)
    context = {"report": report, "checks": loading.DEFINING, "as_of": basis.as_of}
    return page(request, who, "sources.html", context)


@router.get("/admin")
def admin(request: Request, who: Admin) -> Response:
    """Accounts and tokens, and whether the service is ready."""
    office = office_of(request)
    with office.desk.read() as session:
        kept, given = accounts(session), tokens(session)
    context = {
        "accounts": kept, "tokens": given, "missing": office.missing(), "now": office.now(),
        "counts": sorted(office.board.counts().items()),
    }  # fmt: skip
    return page(request, who, "admin.html", context)
