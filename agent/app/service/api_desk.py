"""The API: reviews, questions, rules and rights, the audit, sources, and who calls."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from agent.app import loading
from agent.app.policy import settings_of
from agent.app.service import acts, asking, trail
from agent.app.service.identity import Needs, Who, office_of
from agent.app.service.paging import Cursor, Limit
from agent.app.service.rights import Right, rights_of
from agent.app.service.shapes import (
    AuditOut,
    ChainOut,
    MeOut,
    PageOf,
    QuestionIn,
    ReviewIn,
    VerdictOut,
)  # fmt: skip
from agent.desk import audit_verify
from agent.review.what_if import hypothetical
from policies.guard import LOCKED_ACTIONS, shipped

router = APIRouter()
Reader = Annotated[Who, Depends(Needs(Right.READ))]
Auditor = Annotated[Who, Depends(Needs(Right.AUDIT))]
Anyone = Annotated[Who, Depends(Needs(Right.SIGNED_IN))]


@router.get("/me", tags=["people"])
def show_me(who: Anyone) -> MeOut:
    """Who calls, with today's roles and the rights that role and token give."""
    rights = sorted(right.value for right in rights_of(who.roles) if who.has(right))
    return MeOut(
        user_id=who.user_id, name=who.name, roles=sorted(who.roles), company_id=who.company_id,
        rights=rights,
    )  # fmt: skip


@router.post("/reviews", tags=["cases"])
def review(request: Request, who: Reader, body: ReviewIn) -> list[dict[str, Any]]:
    """Review orders as they are now, or as if changes held. Nothing is stored or decided."""
    office = office_of(request)
    now = [acts.review_order(office, who, order_id) for order_id in body.orders]
    acts.note_read(office, who, [packet["order_id"] for packet in now], "api")
    if not body.what_if:
        return [acts.shown(who, packet) for packet in now]
    basis = office.basis()
    ids = [packet["order_id"] for packet in now]
    made = hypothetical(basis.snapshot, ids, basis.as_of, basis.rules, body.what_if)
    return [acts.shown(who, packet) for packet in made]


@router.post("/ask", tags=["questions"])
def ask(request: Request, who: Reader, body: QuestionIn) -> dict[str, Any]:
    """Answer a question with every figure cited; what only a person may do is never done."""
    return asking.answer(office_of(request), who, body.question, body.order)


@router.get("/policies", tags=["policies"])
def show_policies(request: Request, who: Reader) -> dict[str, Any]:
    """The policy version, every setting, and every rule in words."""
    basis = office_of(request).basis()
    rules = [
        {"id": r.rule_id, "effect": r.effect, "says": r.says, "clears": r.clears}
        for r in shipped().rules().values()
    ]
    return {
        "policy_version": basis.policy_version,
        "settings": settings_of(basis.rules),
        "rules": rules,
        "actions": list(LOCKED_ACTIONS),
    }


@router.get("/policies/explain", tags=["policies"])
def explain(
    request: Request,
    who: Reader,
    order: Annotated[str, Query(max_length=100)],
    action: Annotated[str, Query(max_length=100)],
) -> VerdictOut:
    """Whether the caller may do an action on an order, by which rule, and who could."""
    office = office_of(request)
    found = acts.newest_packet(office, who, order)
    verdict = acts.verdict_on(office, who.user_id, found, action)
    return VerdictOut(
        action=action, allowed=verdict.allowed, rules=list(verdict.rules),
        reason=verdict.reason, roles=list(verdict.roles), count=verdict.count,
        would_change=list(verdict.would_change),
    )  # fmt: skip


@router.get("/audit", tags=["audit"])
def list_audit(
    request: Request,
    who: Auditor,
    order: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> PageOf[AuditOut]:
    """The events of the audit, the newest first."""
    found, following, total = trail.events(office_of(request).desk, order, cursor, limit)
    items = [AuditOut.model_validate(row) for row in found]
    return PageOf(items=items, next_cursor=following, total=total)


@router.get("/audit/chain", tags=["audit"])
def verify_audit(request: Request, who: Auditor) -> ChainOut:
    """Verify the hash chain of the audit from its first row to its head."""
    return ChainOut.model_validate(audit_verify.verify(office_of(request).desk)._asdict())


@router.get("/sources", tags=["sources"])
def show_sources(request: Request, who: Reader) -> dict[str, Any]:
    """What the current data can and cannot answer, how old each table is, what was set aside."""
    office = office_of(request)
    required = office.basis().rules.compliance.required_lists
    return loading.doctor(office.path, required_lists=required).as_json()
