"""The product's side: a plain request as the guard takes it, and what the guard answers."""

from __future__ import annotations

from evals.guard.asking import SEEING, Ask, Facts, Who
from policies.guard import Agent, Guard, LockFacts, OrderFacts, PacketFacts, Person


def lock_of(facts: Facts) -> LockFacts:
    """The facts that decide who may approve."""
    return LockFacts(
        facts.classes, facts.not_known, facts.order_value, facts.release_from,
        facts.executive_from, facts.order_status, facts.hit, facts.below_floor,
        facts.credit_excess, facts.margin_given_up, facts.line_value, facts.credit_authority,
        facts.approved_roles,
    )  # fmt: skip


def packet_of(facts: Facts) -> PacketFacts:
    """The packet as it stands and as it was shown."""
    order = OrderFacts(
        lock_of(facts), "SO-1", facts.company, facts.site, facts.sending_site, facts.creators,
        facts.requesters, facts.changers, facts.owner_role,
    )  # fmt: skip
    return PacketFacts(
        order, "SO-1.v1", facts.pending, facts.fingerprint, facts.shown, facts.policy,
        facts.policy_now, facts.now, facts.expires_at, facts.waives, facts.approvers,
        facts.overriders, facts.releasers, facts.communicators, facts.first_signer,
        facts.first_roles, facts.first_site,
    )  # fmt: skip


def person_of(who: Who | None) -> Person | Agent:
    """The principal."""
    if who is None:
        return Agent()
    return Person(
        who.user, who.person, who.roles, who.company, who.site, who.limit, who.ceilings,
        who.absent, "", who.stands_in_for, who.other_roles,
    )  # fmt: skip


def ask(guard: Guard, one: Ask) -> tuple[bool, frozenset[str]]:
    """What the guard answers, as the rulebook does."""
    if one.action in SEEING:
        seen = guard.sees(person_of(one.who), one.action.removeprefix("see "))
        return seen.allowed, frozenset(seen.rules)
    verdict = guard.may(person_of(one.who), one.action, packet_of(one.facts))
    return verdict.allowed, frozenset(verdict.rules)
