"""An override needs a code of the published list and a text."""

from __future__ import annotations

import pytest

from agent.desk.models import Decision
from agent.desk.reasons import ALWAYS_OVERRIDE, REASON_CODES, is_override
from agent.desk.store import Desk
from policies.guard import LOCKED_ACTIONS
from tests.agent.desk.asking import ask, counted
from tests.agent.desk.people import a_packet, approve, order_facts, person
from tools.errors import BadInput

CREDIT = {"classes": frozenset({"credit_hold"})}
BOTH = {"reason_code": "secured", "reason": "insured until June"}


@pytest.mark.parametrize("missing", ["reason_code", "reason"])
def test_a_release_against_a_finding_needs_code_and_text(desk: Desk, missing: str) -> None:
    a_packet(desk, order_facts(**CREDIT))
    with pytest.raises(BadInput, match=r"override.*--reason-code.*payment_received"):
        ask(desk, approve(who=person("finance"), **{**BOTH, missing: ""}))
    assert counted(desk, Decision) == 0


def test_with_both_it_is_approved(desk: Desk) -> None:
    a_packet(desk, order_facts(**CREDIT))
    assert ask(desk, approve(who=person("finance"), **BOTH)).final


def test_a_code_outside_the_list_is_refused_with_the_list(desk: Desk) -> None:
    a_packet(desk)
    with pytest.raises(BadInput, match="because_i_say_so is no reason code; use one of"):
        ask(desk, approve(reason_code="because_i_say_so", reason="so"))


@pytest.mark.parametrize("action", sorted(ALWAYS_OVERRIDE))
def test_what_changes_credit_or_price_is_always_an_override(action: str) -> None:
    assert is_override("approve", action, frozenset())


@pytest.mark.parametrize(
    ("against", "override"),
    [
        (frozenset(), False),
        (frozenset({"approval_gap"}), False),
        (frozenset({"approval_gap", "stock_shortage"}), True),
        (frozenset({"credit_hold"}), True),
    ],
)
def test_a_release_is_one_while_more_than_its_signature_is_missing(
    against: frozenset[str], override: bool
) -> None:
    assert is_override("approve", "release_order", against) is override


def test_only_approvals_are_overrides() -> None:
    assert not any(is_override("reject", action, {"credit_hold"}) for action in LOCKED_ACTIONS)


def test_every_code_has_a_meaning_without_figures() -> None:
    assert all(meaning and not any(map(str.isdigit, meaning)) for meaning in REASON_CODES.values())
