"""Who signs next, found by asking the guard as a decision would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.desk.models import Decision
from policies.guard import BUSINESS_ROLES, Guard, PacketFacts, Person

MOST = 2**63 - 1


def after(facts: PacketFacts, first: Decision) -> PacketFacts:
    """The facts of the second signature, once the first stands."""
    return replace(
        facts,
        first_signer=first.person_id,
        first_roles=frozenset(first.roles),
        first_site=first.site_id,
    )


def next_roles(guard: Guard, action: str, facts: PacketFacts) -> tuple[str, ...]:
    """Roles in which somebody who has nothing to do with the order may sign now."""
    order = facts.order
    somebody = {
        role: Person(f"some-{role}", f"some-{role}", frozenset({role}), order.company_id,
                     approval_limit=MOST)
        for role in BUSINESS_ROLES
    }  # fmt: skip
    shown = replace(facts, shown=facts.fingerprint)
    return tuple(role for role, one in somebody.items() if guard.may(one, action, shown).allowed)


def next_people(
    guard: Guard, action: str, facts: PacketFacts, staff: Sequence[Person]
) -> tuple[str, ...]:
    """Accounts of the staff that may sign now: with the role, the authority, present, no party."""
    shown = replace(facts, shown=facts.fingerprint)
    return tuple(one.user_id for one in staff if guard.may(one, action, shown).allowed)
