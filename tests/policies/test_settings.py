"""The settings: what ships is what `rules.md` says, and a wrong key is named where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from policies.settings import (
    Settings,
    default_text,
    for_company,
    load_rules,
    parse_rules,
    rules_hash,
    with_settings,
)
from tools.errors import BadInput


def with_companies(companies: str) -> str:
    return default_text().replace("companies: {}", f"companies: {companies}")


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from fields(kind, f"{path}{name}.")
        else:
            yield f"{path}{name}", field


FIELDS = dict(fields(Settings))


@pytest.mark.parametrize("key", FIELDS)
def test_every_key_has_a_meaning_a_rule_and_says_its_unit(key: str):
    field = FIELDS[key]
    extra = field.json_schema_extra

    assert field.description
    assert isinstance(extra, dict)
    assert extra["rule"]
    is_amount = field.annotation in (Decimal, int)
    assert extra["unit"] or not is_amount, f"{key} is a number without a unit"


def test_the_defaults_of_the_code_are_those_of_the_shipped_file():
    shipped = load_rules()
    for section in ("credit", "stock", "price", "route", "compliance", "approval"):
        assert getattr(shipped, section) == type(getattr(shipped, section)).model_validate({})


def test_the_shipped_numbers_are_those_of_the_rules():
    rules = load_rules()

    assert (rules.price.tolerance_amount, rules.price.tolerance_pct) == (1, Decimal("0.5"))
    assert (rules.price.always_above, rules.price.margin_floor_pct) == (250, 10)
    assert (rules.approval.release_from, rules.approval.executive_from) == (50000, 250000)
    assert (rules.approval.discount_from_pct, rules.approval.split_window_days) == (15, 2)
    assert (rules.general.stale_order_days, rules.general.high_from_pct) == (60, 25)
    assert rules.risk.levels == [25, 50, 75]
    assert rules.general.primary_order == [
        "compliance_issue", "credit_hold", "customer_priority_conflict", "substitution_need",
        "stock_shortage", "price_mismatch", "route_risk", "approval_gap",
    ]  # fmt: skip


def test_a_company_has_its_own_number_and_the_common_rest():
    rules = parse_rules(with_companies("{C2: {price: {tolerance_pct: 2}}}"))

    own, common = for_company(rules, "C2"), for_company(rules, "C1")

    assert (own.price.tolerance_pct, common.price.tolerance_pct) == (2, Decimal("0.5"))
    assert own.price.tolerance_amount == common.price.tolerance_amount


@pytest.mark.parametrize(
    ("companies", "key"),
    [
        ("{C2: {price: {tolerance_pct: 101}}}", "companies.C2.price.tolerance_pct"),
        ("{C2: {price: {tolerance: 1}}}", "companies.C2.price.tolerance"),
        ("{C2: {prices: {}}}", "companies.C2.prices"),
        ("{C2: {companies: {C3: {}}}}", "companies.C2.companies"),
        ("{C1: {}, C2: {hold_codes: {X: nonsense}}}", "companies.C2.hold_codes.X"),
        ("{C2: 5}", "companies.C2"),
    ],
)
def test_a_wrong_override_is_named_in_full_when_the_rules_are_loaded(companies: str, key: str):
    with pytest.raises(BadInput, match=rf"^rules\.yaml: {key}: "):
        parse_rules(with_companies(companies))


def test_a_wrong_override_by_hand_is_named_in_full():
    with pytest.raises(BadInput, match=r"^--set: companies\.C2\.price\.tolerance_pct: "):
        with_settings(load_rules(), ["companies.C2.price.tolerance_pct=-1"])


@pytest.mark.parametrize(
    ("line", "wrong", "key"),
    [
        ("tolerance_pct: 0.5", "tolerance_pct: lots", "price.tolerance_pct"),
        ("scope: bill_to", "scope: everybody", "credit.scope"),
        ("policy_currency: USD", "policy_currency: dollars", "approval.policy_currency"),
        ("disputed_deducted: false", "disputed_deducted: true", "credit.disputed_deducted"),
        ("  closing_days: 0", "  closing_days: 0\n  speed: 3", "route.speed"),
    ],
)
def test_a_wrong_value_of_the_file_is_named(line: str, wrong: str, key: str):
    with pytest.raises(BadInput, match=rf"^mine\.yaml: {key}: "):
        parse_rules(default_text().replace(line, wrong, 1), "mine.yaml")


def test_a_number_of_the_file_is_a_decimal_of_the_same_digits():
    rules = parse_rules(default_text().replace("tolerance_pct: 0.5", "tolerance_pct: 0.1", 1))

    assert rules.price.tolerance_pct == Decimal("0.1")


def test_two_files_that_mean_the_same_hash_alike_and_another_number_does_not():
    same = parse_rules(default_text().replace("# Numbers", "# The numbers"))
    other = parse_rules(default_text().replace("stale_order_days: 60", "stale_order_days: 61"))

    assert rules_hash(same) == rules_hash(load_rules()) != rules_hash(other)
