"""The guard fails closed: whatever is missing, of another type, too large or broken is denied."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

import cedarpy
import pytest

from policies.guard import (
    GUARD_ERROR,
    LOCKED_ACTIONS,
    NO_RULE,
    Agent,
    Guard,
    facts_json,
    facts_of_json,
    locks,
    may,
    policy_hash,
    shipped,
    to_minor,
)
from policies.guard_facts import LockFacts, OrderFacts, PacketFacts, limit_to_minor
from tests.agent.desk.people import lock_facts, order_facts, packet_facts, person

TEXT = (files("policies") / "rights.cedar").read_text(encoding="utf-8")
SCHEMA = (files("policies") / "rights.cedarschema").read_text(encoding="utf-8")

LOCK_FAULTS: list[tuple[str, Any]] = [
    ("classes", None),
    ("classes", ["credit_hold"]),
    ("classes", frozenset({1})),
    ("classes", frozenset({"crediit_hold"})),
    ("not_known", {"credit_hold"}),
    ("not_known", frozenset({"nothing_we_know"})),
    ("order_value", "60000"),
    ("order_value", 60_000.0),
    ("order_value", float("nan")),
    ("order_value", Decimal(60_000)),
    ("order_value", True),
    ("order_value", 2**63),
    ("order_value", -(2**63) - 1),
    ("release_from", None),
    ("release_from", "0"),
    ("release_from", 2**63),
    ("executive_from", None),
    ("executive_from", float("inf")),
    ("executive_from", 10**30),
    ("order_status", None),
    ("order_status", 1),
    ("hit", None),
    ("hit", 0),
    ("hit", "no"),
    ("below_floor", None),
    ("below_floor", ""),
    ("credit_excess", "1"),
    ("credit_excess", 2**63),
    ("margin_given_up", 1.5),
    ("line_value", b"1"),
    ("credit_authority", False),
    ("approved_roles", None),
    ("approved_roles", frozenset({"boss"})),
    ("expires_hours", None),
    ("expires_hours", "24"),
]
ORDER_FAULTS: list[tuple[str, Any]] = [
    ("lock", None),
    ("lock", {}),
    ("order_id", None),
    ("company_id", None),
    ("site_id", 1),
    ("sending_site_id", None),
    ("creators", None),
    ("creators", ("p.creator",)),
    ("requesters", frozenset({None})),
    ("changers", "p.changer"),
    ("owner_role", None),
    ("owner_role", "boss"),
]
PACKET_FAULTS: list[tuple[str, Any]] = [
    ("order", None),
    ("packet_id", None),
    ("pending", None),
    ("pending", 1),
    ("pending", "yes"),
    ("fingerprint", None),
    ("shown", None),
    ("policy_version", None),
    ("policy_now", 1),
    ("now", None),
    ("now", 100.5),
    ("now", 2**63),
    ("expires_at", None),
    ("expires_at", "tomorrow"),
    ("waives", None),
    ("waives", "nothing_we_know"),
    ("approvers", None),
    ("overriders", None),
    ("releasers", ("p.sales",)),
    ("communicators", frozenset({1})),
    ("first_signer", None),
    ("first_roles", ["executive"]),
    ("first_roles", frozenset({"boss"})),
    ("first_site", None),
]
PERSON_FAULTS: list[tuple[str, Any]] = [
    ("user_id", None),
    ("user_id", 7),
    ("person_id", None),
    ("roles", None),
    ("roles", "sales_operations"),
    ("roles", frozenset({"sales_operations", "boss"})),
    ("roles", frozenset()),
    ("company_id", None),
    ("site_id", None),
    ("approval_limit", "10000000"),
    ("approval_limit", 1e9),
    ("approval_limit", 2**63),
    ("approval_limit", True),
    ("ceilings", None),
    ("ceilings", (("sales_operations", "release_order", "9"),)),
    ("absent", None),
    ("absent", 0),
    ("stands_in_for", None),
    ("stands_in_for", frozenset({3})),
    ("other_roles", None),
    ("other_roles", frozenset({"boss"})),
    ("other_roles", ["admin"]),
]


@pytest.mark.parametrize(("name", "value"), LOCK_FAULTS)
def test_a_wrong_fact_of_the_order_denies(name: str, value: Any) -> None:
    wrong = replace(lock_facts(), **{name: value})
    facts = packet_facts()
    facts = replace(facts, order=replace(facts.order, lock=wrong))
    assert not may(person(), "release_order", facts).allowed
    assert all(lock.rules and not lock.roles for lock in locks(wrong).values())


@pytest.mark.parametrize(("name", "value"), ORDER_FAULTS)
def test_a_wrong_fact_about_the_order_denies(name: str, value: Any) -> None:
    wrong = replace(order_facts(), **{name: value})
    assert not may(person(), "release_order", replace(packet_facts(), order=wrong)).allowed


@pytest.mark.parametrize(("name", "value"), PACKET_FAULTS)
def test_a_wrong_fact_about_the_packet_denies(name: str, value: Any) -> None:
    action = "waive_finding" if name == "waives" else "release_order"
    verdict = may(person(), action, replace(packet_facts(), **{name: value}))
    assert not verdict.allowed
    assert verdict.reason


@pytest.mark.parametrize(("name", "value"), PERSON_FAULTS)
def test_a_wrong_fact_about_the_person_denies(name: str, value: Any) -> None:
    assert not may(person(**{name: value}), "release_order", packet_facts()).allowed


@pytest.mark.parametrize("who", [None, "u.sales", {}, 3, object(), person])
def test_somebody_who_is_neither_agent_nor_person_is_denied(who: Any) -> None:
    assert not may(who, "read", packet_facts()).allowed


@pytest.mark.parametrize("packet", [None, {}, "SO-1.v1", order_facts(), PacketFacts])
def test_something_that_is_no_packet_denies(packet: Any) -> None:
    assert may(person(), "read", packet).rules == (GUARD_ERROR,)
    assert may(Agent(), "read", packet).rules == (GUARD_ERROR,)


@pytest.mark.parametrize(
    "action",
    ["", "release", "RELEASE_ORDER", "release_order ", "locked", "agent_work", "delete", None, 1],
)
def test_an_action_that_nobody_knows_is_denied(action: Any) -> None:
    assert may(person("executive"), action, packet_facts()).rules == (NO_RULE,)
    assert not may(Agent(), action, packet_facts()).allowed


BROKEN: list[tuple[str, str]] = [
    ("", ""),
    ("not cedar", SCHEMA),
    (TEXT, "not a schema"),
    (TEXT.replace("resource.hit", "resource.hitt"), SCHEMA),
    (TEXT.replace('Role::"finance"', 'Role::"finanz"'), SCHEMA),
    (TEXT.replace('ExceptionClass::"credit_hold"', 'ExceptionClass::"credit"'), SCHEMA),
    (TEXT + "permit (principal, action, resource);", SCHEMA),
    (TEXT + '@id("absent") permit (principal, action, resource);', SCHEMA),
    (TEXT.replace('@signers("2")', '@signers("two")'), SCHEMA),
]


@pytest.mark.parametrize(("text", "schema"), BROKEN)
def test_a_broken_policy_text_denies_everything_and_says_so(text: str, schema: str) -> None:
    guard = Guard(text, schema)
    assert guard.problem
    verdict = guard.may(person(), "release_order", packet_facts())
    assert (verdict.allowed, verdict.rules) == (False, (GUARD_ERROR,))
    assert "policy text cannot be used" in verdict.reason
    assert not guard.may(Agent(), "read", packet_facts()).allowed
    assert all(lock.rules == (GUARD_ERROR,) for lock in guard.locks(lock_facts()).values())


def test_a_forbid_that_errs_denies_although_cedar_skips_it() -> None:
    overflow = (
        '@id("errs") forbid (principal, action, resource is Packet) '
        "when { context.now + 9223372036854775807 > 0 };"
    )
    guard = Guard(TEXT + overflow, SCHEMA)
    assert guard.problem == ""
    verdict = guard.may(person(), "release_order", packet_facts())
    assert (verdict.allowed, verdict.rules) == (False, (GUARD_ERROR,))


def test_an_exception_of_the_engine_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("engine")

    monkeypatch.setattr(cedarpy, "is_authorized", broken)
    guard = Guard(TEXT, SCHEMA)
    assert guard.may(person(), "release_order", packet_facts()).rules == (GUARD_ERROR,)
    assert guard.may(Agent(), "read", packet_facts()).rules == (GUARD_ERROR,)
    assert all(not lock.roles for lock in guard.locks(lock_facts()).values())


def test_no_decision_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = cedarpy.AuthzResult(
        {"decision": "NoDecision", "diagnostics": {"reason": [], "errors": []}}
    )
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    assert not Guard(TEXT, SCHEMA).may(person(), "release_order", packet_facts()).allowed


def test_an_allow_with_an_error_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = cedarpy.AuthzResult(
        {"decision": "Allow", "diagnostics": {"reason": [], "errors": ["a rule was skipped"]}}
    )
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    verdict = Guard(TEXT, SCHEMA).may(person(), "release_order", packet_facts())
    assert (verdict.allowed, verdict.rules) == (False, (GUARD_ERROR,))


@pytest.mark.parametrize("rule", sorted(shipped().rules()))
def test_the_policy_hash_changes_with_every_rule(rule: str) -> None:
    changed = Guard(TEXT.replace(f'@id("{rule}")', f'@id("{rule}-changed")'), SCHEMA)
    assert changed.policy_hash() != policy_hash()
    assert Guard(TEXT, SCHEMA).policy_hash() == policy_hash()


def test_locks_of_facts_that_are_no_facts_name_nobody() -> None:
    nothing: Any = {"order_value": 1}
    for lock in locks(nothing).values():
        assert (lock.allowed, lock.rules, lock.roles) == (False, (GUARD_ERROR,), ())
    assert set(locks(nothing)) == set(LOCKED_ACTIONS)


def test_facts_survive_json() -> None:
    facts = order_facts(approved_roles=frozenset({"finance"}), order_value=None)
    assert facts_of_json(facts_json(facts)) == facts


@pytest.mark.parametrize("key", sorted(OrderFacts.__dataclass_fields__))
def test_facts_with_an_unknown_key_are_refused(key: str) -> None:
    body = facts_json(order_facts())
    body[f"{key}_"] = body.pop(key)
    with pytest.raises((TypeError, KeyError)):
        facts_of_json(body)


def test_a_lock_fact_that_is_missing_is_refused() -> None:
    body = facts_json(order_facts())
    del body["lock"]["order_value"]
    with pytest.raises(TypeError):
        facts_of_json(body)
    assert "order_value" in LockFacts.__dataclass_fields__


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("50000", "USD", 5_000_000), ("0.001", "USD", 1), ("10", "JPY", 10), ("1.5", "KWD", 1500)],
)
def test_amounts_become_minor_units_rounded_against_the_order(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(Decimal(amount), currency) == minor


def test_a_limit_is_never_rounded_up() -> None:
    assert limit_to_minor(Decimal("10.009"), "USD") == 1000
    assert limit_to_minor(None, "USD") is None
