"""What stands against a request: the rules that forbid, from what they say in words."""

from __future__ import annotations

from collections.abc import Iterator

from evals.guard.asking import EFFECTS, HANDLING, LOCKED, SEEING, Facts, Who
from evals.guard.signing import (
    MEASURED,
    above_credit,
    amount_of,
    credit_or_margin_open,
    executive_needed,
    is_open,
    screening_open,
)

OVERRIDES = {"override_credit", "change_credit_limit", "change_price", "waive_finding"}
RELEASES = {"release_order", "ship_partial", "update_erp"}
MOVES_GOODS = {"release_order", "ship_partial", "substitute_item", "allocate_stock",
               "transfer_stock"}  # fmt: skip
AT_A_SITE = {"allocate_stock", "ship_partial", "transfer_stock"}


def objections(who: Who | None, action: str, facts: Facts, most: int) -> Iterator[str]:
    """The rules that stand against the request; `most` is the person's authority for it."""
    if action in SEEING:
        return
    if action in LOCKED:
        yield from _of_the_order(action, facts)
        yield from _of_findings(who, action, facts)
        yield from _of_the_amount(who, action, facts, most)
        yield from _of_signatures(who, action, facts)
    if action in (*LOCKED, *HANDLING):
        yield from _of_the_packet(action, facts)
    if who is None:
        yield from _of_the_agent(action, facts)
    else:
        yield from _of_roles(who, action, facts)
        yield from _of_touching(who, action, facts)
        yield from _of_duties(who, action, facts)
        yield from _of_reversals(who, action, facts)


def _of_the_agent(action: str, facts: Facts) -> Iterator[str]:
    if action in (*LOCKED, *HANDLING):
        yield "agent-locked"
    if action == "release_order" and amount_of(action, facts)[0] >= facts.release_from:
        yield "release-needs-approval"


def _of_the_packet(action: str, facts: Facts) -> Iterator[str]:
    if not facts.pending:
        yield "packet-not-pending"
    if facts.fingerprint != facts.shown:
        yield "evidence-changed"
    if action in LOCKED and facts.now >= facts.expires_at:
        yield "packet-expired"
    if action in LOCKED and facts.policy != facts.policy_now:
        yield "policy-changed"


def _of_roles(who: Who, action: str, facts: Facts) -> Iterator[str]:
    held = who.roles | who.other_roles
    if "admin" in held and action in (*LOCKED, *HANDLING):
        yield "admin-never-approves"
    if "admin" in who.roles and action in ("withdraw_instruction", "reverse_action"):
        yield "admin-reverses-nothing"
    if held & {"auditor", "evaluator"} and action != "read":
        yield "reads-only"
    about_credit = action in ("override_credit", "change_credit_limit") or (
        action == "waive_finding" and facts.waives == "credit_hold"
    )
    if about_credit and held & {"sales_operations", "customer_service"}:
        yield "sales-never-overrides-credit"
    everywhere = action == "read" and who.roles & {"auditor", "evaluator"}
    if who.company != facts.company and not everywhere:
        yield "other-company"
    if who.absent and action in (*LOCKED, *HANDLING):
        yield "absent"
    if who.absent and action in EFFECTS:
        yield "absent-leaves-effects-alone"


def _of_touching(who: Who, action: str, facts: Facts) -> Iterator[str]:
    """Whoever touched the order, or stands in for somebody who did, signs nothing of it."""
    myself = {who.person, who.user}
    if action in LOCKED:
        touched = (("not-own-order", facts.creators), ("not-own-request", facts.requesters),
                   ("not-own-change", facts.changers))  # fmt: skip
        for name, people in touched:
            if people & myself:
                yield name
        if who.stands_in_for & (facts.creators | facts.requesters | facts.changers):
            yield "not-for-one-who-touched-it"


def _of_duties(who: Who, action: str, facts: Facts) -> Iterator[str]:
    """Whoever did one duty of the order does not do another, nor does their stand-in."""
    mine = {who.person} | who.stands_in_for
    if action in LOCKED and action != "notify_customer" and mine & facts.communicators:
        yield "communicator-does-not-approve"
    if action == "notify_customer" and mine & facts.approvers:
        yield "approver-does-not-notify"
    if action in RELEASES and mine & facts.overriders:
        yield "override-approver-does-not-release"
    if action in OVERRIDES and mine & facts.releasers:
        yield "releaser-does-not-override"
    if action == "edit" and mine & (facts.approvers | ({facts.first_signer} - {""})):
        yield "approver-does-not-edit"
    if action == "edit" and (mine | {who.user}) & facts.creators:
        yield "creator-does-not-edit"


def _of_reversals(who: Who, action: str, facts: Facts) -> Iterator[str]:
    if action == "reverse_action":
        if who.person in facts.approvers:
            yield "approver-does-not-reverse"
        if who.person in facts.requesters:
            yield "preparer-does-not-reverse"
        if facts.now >= facts.expires_at:
            yield "reversal-expired"


def _of_the_order(action: str, facts: Facts) -> Iterator[str]:
    if facts.hit:
        yield "compliance-hit"
    if action in MOVES_GOODS and not is_open(facts):
        yield "order-not-open"
    if action == "ship_partial" and screening_open(facts):
        yield "compliance-before-part"
    if action == "waive_finding" and facts.waives == "compliance_issue":
        yield "compliance-not-waived"
    if action == "waive_finding" and facts.waives not in facts.classes:
        yield "waiver-names-a-finding"


def _of_findings(who: Who | None, action: str, facts: Facts) -> Iterator[str]:
    """Findings that only some roles may sign over."""
    roles = who.roles if who else frozenset[str]()
    signs_for_money = bool(roles & {"finance", "executive"})
    if (
        action == "release_order"
        and screening_open(facts)
        and not _signs_for_compliance(roles, facts)
    ):
        yield "compliance-decides-first"
    gap = action == "waive_finding" and facts.waives == "approval_gap"
    if (action == "release_order" or gap) and credit_or_margin_open(facts) and not signs_for_money:
        yield "finance-while-credit-or-margin"
    price = action == "waive_finding" and facts.waives == "price_mismatch"
    if (action == "change_price" or price) and facts.below_floor and not signs_for_money:
        yield "finance-below-floor"


def _signs_for_compliance(roles: frozenset[str], facts: Facts) -> bool:
    """Compliance signs; the executive only beside compliance, from the executive threshold on."""
    if "compliance" in roles:
        return True
    amount, _ = amount_of("release_order", facts)
    beside = not facts.first_signer or "compliance" in facts.first_roles
    return "executive" in roles and amount >= facts.executive_from and beside


def _of_the_amount(who: Who | None, action: str, facts: Facts, most: int) -> Iterator[str]:
    if action not in MEASURED:
        return
    amount, known = amount_of(action, facts)
    if not known:
        yield "amount-not-known"
    if who is not None and most < amount:
        yield "authority-too-low"


def _of_signatures(who: Who | None, action: str, facts: Facts) -> Iterator[str]:
    roles = who.roles if who else frozenset[str]()
    second = bool(facts.first_signer)
    with_executive = "executive" in roles | facts.first_roles
    later = who is not None and not second  # the executive may still follow
    if executive_needed(action, facts) and not (with_executive or later):
        yield "executive-threshold"
    if above_credit(action, facts) and not (with_executive or later):
        yield "executive-above-credit-authority"
    if action == "change_promise" and not _proposes_or_confirms(roles, second):
        yield "promise-by-two-roles"
    if action == "transfer_stock" and not _for_one_of_two_sites(who, facts):
        yield "transfer-by-both-sites"
    if who is None:
        return
    here = {"", facts.site, *({facts.sending_site} if action == "transfer_stock" else ())}
    if action in AT_A_SITE and "executive" not in roles and who.site not in here:
        yield "own-site"
    if second and who.person == facts.first_signer:
        yield "signs-once"


def _proposes_or_confirms(roles: frozenset[str], second: bool) -> bool:
    return "executive" in roles or ("customer_service" if second else "logistics") in roles


def _for_one_of_two_sites(who: Who | None, facts: Facts) -> bool:
    if who is None:
        return False
    if "executive" in who.roles | facts.first_roles or not facts.first_signer:
        return True
    return who.site == "" or who.site != facts.first_site
