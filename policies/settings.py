"""The settings of the checks: `rules.yaml` validated, with meaning, unit and source of each key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.conventions import Conventions
from tools.errors import BadInput

ExceptionClass = Literal[
    "compliance_issue", "credit_hold", "customer_priority_conflict", "substitution_need",
    "stock_shortage", "price_mismatch", "route_risk", "approval_gap",
]  # fmt: skip

Percent = Decimal
"""A number of per cent: 15 means 15 %."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credit(_Section):
    """C1-C8."""

    limit_comparator: Literal[">", ">="] = Field(
        ">", description="C1: exposure is over the limit when > or >= it"
    )
    scope: Literal["bill_to", "group"] = Field(
        "bill_to",
        description="C1: whose exposure counts: the bill-to's, or all with the same parent",
    )
    count_blocked_orders: bool = Field(
        True, description="C1: whether other orders that are blocked count"
    )
    temporary_limit_mode: Literal["add", "replace"] = Field(
        "add", description="C1: a valid temporary limit is added, or replaces the limit"
    )
    tolerance_pct: Percent = Field(
        Decimal(0),
        ge=0,
        le=100,
        description="C1: excess tolerated for orders not yet shipped, per cent of the limit",
    )
    exposure_fx: Literal["today", "order_date"] = Field(
        "today", description="C1: date of the rate for amounts in other currencies"
    )
    overdue_grace_days: int = Field(
        0, ge=0, description="C2: days of grace where the account names none"
    )
    overdue_amount_limit: Decimal = Field(
        Decimal(0),
        ge=0,
        description="C2: overdue amount tolerated where the account names none, account currency",
    )
    disputed_deducted: Literal[False] = Field(
        False, description="C2: disputed amounts are shown and never deducted"
    )


class Stock(_Section):
    """S1-S6."""

    min_shelf_life_days: int = Field(
        0, ge=0, description="S: shelf life at delivery where the customer names none, days"
    )
    receiving_days: int = Field(
        0, ge=0, description="S: working days between a supply's arrival and its use"
    )
    competitors_named: int = Field(
        5,
        ge=1,
        le=50,
        description="S: competing orders that are named; the rest is counted and summed",
    )


class Price(_Section):
    """P1-P4."""

    strategy: Literal["sequence", "lowest", "stack"] = Field(
        "sequence", description="P1: contract, then promotion, then list; or the lowest; or stacked"
    )
    date_basis: Literal["order", "ship"] = Field(
        "order", description="P1: date for price rows that name none"
    )
    tolerance_amount: Decimal = Field(
        Decimal("1.00"), ge=0, description="P2: line difference tolerated, order currency"
    )
    tolerance_pct: Percent = Field(
        Decimal("0.5"),
        ge=0,
        le=100,
        description="P2: line difference tolerated, per cent of the expected line",
    )
    always_above: Decimal = Field(
        Decimal("250.00"),
        ge=0,
        description="P2: a line difference above this always counts, order currency",
    )
    margin_floor_pct: Percent = Field(
        Decimal(10),
        ge=-100,
        le=100,
        description="P3: margin below which the price breaks the floor, per cent",
    )
    margin_floor_pct_by_group: dict[str, Percent] = Field(
        default_factory=dict, description="P3: floors by product group"
    )

    def floor(self, group: str | None) -> Decimal:
        """The margin floor of a product group, per cent."""
        return self.margin_floor_pct_by_group.get(group or "", self.margin_floor_pct)


class Route(_Section):
    """R1-R2."""

    closing_days: int = Field(
        0,
        ge=0,
        description="R1: working days before departure when a run closes (no route setting)",
    )


class Compliance(_Section):
    """K1-K4."""

    required_lists: list[str] = Field(
        default_factory=list,
        description="K1: lists that every party must be screened against; empty: any one list",
    )
    screening_max_age_days: int | None = Field(
        None, ge=0, description="K1: age at which a screening expires; none: never by age"
    )


class Approval(_Section):
    """A1-A5."""

    policy_currency: str = Field(
        "USD", pattern=r"^[A-Z]{3}$", description="A1: currency of thresholds and approval limits"
    )
    release_from: Decimal = Field(
        Decimal(50000),
        ge=0,
        description="A1: net order value from which a release needs an approval, policy currency",
    )
    executive_from: Decimal = Field(
        Decimal(250000),
        ge=0,
        description="A1: value from which two approvers, one of them executive, are needed",
    )
    discount_from_pct: Percent = Field(
        Decimal(15),
        ge=0,
        le=100,
        description="A1: discount from which a price change needs an approval, per cent",
    )
    split_window_days: int = Field(
        2, ge=0, description="A3: working days within which orders of one bill-to are added up"
    )


class General(_Section):
    """What several checks share."""

    stale_order_days: int = Field(
        60, ge=0, description="days after the last ship date when an order counts as stale"
    )
    high_from_pct: Percent = Field(
        Decimal(25),
        ge=0,
        description="excess over a threshold from which a finding is high, per cent",
    )
    primary_order: list[ExceptionClass] = Field(
        min_length=8, max_length=8, description="classes in the order in which one becomes primary"
    )
    table_max_age_hours: dict[str, float] = Field(
        default_factory=dict,
        description="allowed age of a source, hours by table; beyond it its checks are not known",
    )
    sla_hours: dict[str, float] = Field(
        default_factory=dict,
        description="working hours within which a hold of the class is to be decided",
    )


class Risk(_Section):
    """Points of the published risk sum."""

    levels: list[int] = Field(
        default=[25, 50, 75],
        min_length=3,
        max_length=3,
        description="scores from which risk is medium, high, critical",
    )
    value_points: int = Field(25, ge=0, description="most points for the value at stake")
    value_full_at: Decimal = Field(
        Decimal(100000), gt=0, description="net value that gives them, policy currency"
    )
    days_points: int = Field(25, ge=0, description="most points for nearness of the ship date")
    days_full_at: int = Field(
        5, gt=0, description="days before the ship date from which points begin"
    )
    tier_points: dict[str, int] = Field(default_factory=dict, description="points by customer tier")
    overdue_points: int = Field(
        15, ge=0, description="most points for the overdue share of the exposure"
    )
    margin_points: int = Field(10, ge=0, description="points for a margin below the floor")
    age_points: int = Field(
        10, ge=0, description="most points for the age of the hold against its SLA"
    )


class Settings(_Section):
    """All settings of one company."""

    credit: Credit = Credit.model_validate({})
    stock: Stock = Stock.model_validate({})
    price: Price = Price.model_validate({})
    route: Route = Route.model_validate({})
    compliance: Compliance = Compliance.model_validate({})
    approval: Approval = Approval.model_validate({})
    general: General
    risk: Risk = Risk.model_validate({})
    hold_codes: dict[str, ExceptionClass] = Field(
        description="ERP hold codes (prefixes) and the class that they mean"
    )

    def conventions(self) -> Conventions:
        """The conventions that the arithmetic in `tools` takes as a parameter."""
        return Conventions(
            stale_order_days=self.general.stale_order_days,
            credit_scope=self.credit.scope,
            count_blocked_orders=self.credit.count_blocked_orders,
            temporary_limit_mode=self.credit.temporary_limit_mode,
            exposure_fx=self.credit.exposure_fx,
            overdue_grace_days=self.credit.overdue_grace_days,
            overdue_amount_limit=self.credit.overdue_amount_limit,
            min_shelf_life_days=self.stock.min_shelf_life_days,
            receiving_days=self.stock.receiving_days,
            price_strategy=self.price.strategy,
            price_date_basis=self.price.date_basis,
            route_closing_days=self.route.closing_days,
            policy_currency=self.approval.policy_currency,
            split_window_days=self.approval.split_window_days,
            competitors_named=self.stock.competitors_named,
            table_ages=self.general.table_max_age_hours,
        )


class Rules(Settings):
    """The file: settings, and overrides by company."""

    companies: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="overrides by company_id, of the same shape"
    )


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _decimals(node: Any) -> Any:
    """YAML floats as decimals of the same text."""
    if isinstance(node, float):
        return Decimal(repr(node))
    if isinstance(node, dict):
        return {key: _decimals(value) for key, value in node.items()}
    return [_decimals(value) for value in node] if isinstance(node, list) else node


def _sentence(name: str, error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    where = f"{name}: {key}" if key else name
    found = shorten(repr(first["input"]), 80, placeholder=" …")
    return f"{where}: {first['msg']} (found {found}); correct the key and try again"


def parse_rules(text: str, name: str = "rules.yaml") -> Rules:
    """Validate the text of a rules file.

    Raises:
        BadInput: the sentence names the file and the first wrong key.
    """
    try:
        return Rules.model_validate(_decimals(yaml.safe_load(text) or {}))
    except yaml.YAMLError as error:
        raise BadInput(f"{name}: not YAML: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        raise BadInput(_sentence(name, error)) from error


@cache
def default_text() -> str:
    """The text of the shipped `rules.yaml`."""
    return (files("policies") / "rules.yaml").read_text(encoding="utf-8")


def load_rules(path: Path | None = None) -> Rules:
    """The rules of a file, or the shipped ones."""
    if path is None:
        return parse_rules(default_text())
    try:
        return parse_rules(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text") from error


def for_company(rules: Rules, company_id: str | None) -> Settings:
    """The settings of a company: the common ones with its overrides."""
    over = rules.companies.get(company_id or "", {})
    body = rules.model_dump(exclude={"companies"})
    try:
        return Settings.model_validate(_merge(body, _decimals(over)))
    except ValidationError as error:
        raise BadInput(_sentence(f"rules.yaml: companies.{company_id}", error)) from error


def rules_hash(rules: Rules) -> str:
    """SHA-256 of the rules as validated: two files that mean the same hash alike."""
    return hashlib.sha256(rules.model_dump_json().encode()).hexdigest()


def _yaml_value(text: str, value: str) -> Any:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise BadInput(f"--set {text}: {value} is no value in YAML; put it in quotes") from error


def with_settings(rules: Rules, assignments: Sequence[str]) -> Rules:
    """The rules with some keys set, each written `section.key=value` (the value as YAML).

    Raises:
        BadInput: not of that form, an unknown key, or a wrong value.
    """
    if not assignments:
        return rules
    body = rules.model_dump()
    for text in assignments:
        path, mark, value = text.partition("=")
        if not mark or "." not in path:
            raise BadInput(
                f"--set {text}: write it as section.key=value, such as credit.scope=group"
            )
        over: Any = _yaml_value(text, value)
        for part in reversed(path.split(".")):
            over = {part: over}
        body = _merge(body, over)
    try:
        return Rules.model_validate(_decimals(body))
    except ValidationError as error:
        raise BadInput(_sentence("--set", error)) from error
