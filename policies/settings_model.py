"""The keys of `rules.yaml`: type, bounds, meaning, unit and the rule that each one belongs to.

`source(rule, unit)` names the sentence of `rules.md` (an id such as C1, or a section) and the
unit; `holddesk policy check` prints both beside the meaning.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from tools.conventions import Conventions

ExceptionClass = Literal[
    "compliance_issue", "credit_hold", "customer_priority_conflict", "substitution_need",
    "stock_shortage", "price_mismatch", "route_risk", "approval_gap",
]  # fmt: skip

Percent = Decimal
"""A number of per cent: 15 means 15 %."""

CHOOSING = "Choosing"
HOUR = r"^([01]\d|2[0-3]):[0-5]\d$"
ORDER_CURRENCY, POLICY_CURRENCY = "order currency", "policy currency"
PER_CENT, DAYS, WORKING_DAYS, POINTS = "per cent", "days", "working days", "points"


def source(rule: str, unit: str | None = None) -> dict[str, JsonValue]:
    """Where a key comes from: the rule's id or section in `rules.md`, and the key's unit."""
    return {"rule": rule, "unit": unit}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credit(_Section):
    """C1-C8."""

    limit_comparator: Literal[">", ">="] = Field(
        ">",
        description="exposure is over the limit when > or >= it",
        json_schema_extra=source("C1"),
    )
    scope: Literal["bill_to", "group"] = Field(
        "bill_to",
        description="whose exposure counts: the bill-to's, or all with the same parent",
        json_schema_extra=source("C1"),
    )
    count_blocked_orders: bool = Field(
        True,
        description="whether other orders that are blocked count",
        json_schema_extra=source("C1"),
    )
    temporary_limit_mode: Literal["add", "replace"] = Field(
        "add",
        description="a valid temporary limit is added, or replaces the limit",
        json_schema_extra=source("C1"),
    )
    tolerance_pct: Percent = Field(
        Decimal(0),
        ge=0,
        le=100,
        description="excess over the limit tolerated for orders not yet shipped",
        json_schema_extra=source("C1", "per cent of the limit"),
    )
    exposure_fx: Literal["today", "order_date"] = Field(
        "today",
        description="date of the rate for amounts in other currencies",
        json_schema_extra=source("C1"),
    )
    overdue_grace_days: int = Field(
        0,
        ge=0,
        description="grace after the due date where the account names none",
        json_schema_extra=source("C2", DAYS),
    )
    overdue_amount_limit: Decimal = Field(
        Decimal(0),
        ge=0,
        description="overdue amount tolerated where the account names none",
        json_schema_extra=source("C2", "account currency"),
    )
    disputed_deducted: Literal[False] = Field(
        False,
        description="disputed amounts are shown and never deducted",
        json_schema_extra=source("C2"),
    )


class Stock(_Section):
    """S1-S6."""

    min_shelf_life_days: int = Field(
        0,
        ge=0,
        description="shelf life at delivery where the customer names none",
        json_schema_extra=source("S1", DAYS),
    )
    receiving_days: int = Field(
        0,
        ge=0,
        description="time between a supply's arrival and its use",
        json_schema_extra=source("S1", WORKING_DAYS),
    )
    competitors_named: int = Field(
        5,
        ge=1,
        le=50,
        description="competing orders that are named; the rest is counted and summed",
        json_schema_extra=source("S5", "orders"),
    )


class Price(_Section):
    """P1-P4."""

    strategy: Literal["sequence", "lowest", "stack"] = Field(
        "sequence",
        description="contract, then promotion, then list; or the lowest; or stacked",
        json_schema_extra=source("P1"),
    )
    date_basis: Literal["order", "ship"] = Field(
        "order",
        description="date for price rows that name none",
        json_schema_extra=source("P1"),
    )
    tolerance_amount: Decimal = Field(
        Decimal("1.00"),
        ge=0,
        description="line difference tolerated",
        json_schema_extra=source("P2", ORDER_CURRENCY),
    )
    tolerance_pct: Percent = Field(
        Decimal("0.5"),
        ge=0,
        le=100,
        description="line difference tolerated, as a share of the expected line",
        json_schema_extra=source("P2", "per cent of the expected line"),
    )
    always_above: Decimal = Field(
        Decimal("250.00"),
        ge=0,
        description="a line difference above this always counts",
        json_schema_extra=source("P2", ORDER_CURRENCY),
    )
    margin_floor_pct: Percent = Field(
        Decimal(10),
        ge=-100,
        le=100,
        description="margin below which the price breaks the floor",
        json_schema_extra=source("P3", PER_CENT),
    )
    margin_floor_pct_by_group: dict[str, Percent] = Field(
        default_factory=dict,
        description="floors by product group",
        json_schema_extra=source("P3", PER_CENT),
    )

    def floor(self, group: str | None) -> Decimal:
        """The margin floor of a product group, per cent."""
        return self.margin_floor_pct_by_group.get(group or "", self.margin_floor_pct)


class Route(_Section):
    """R1-R2."""

    closing_days: int = Field(
        0,
        ge=0,
        description="time before departure at which a run closes, where the route names none",
        json_schema_extra=source("R1", WORKING_DAYS),
    )


class Compliance(_Section):
    """K1-K4."""

    required_lists: list[str] = Field(
        default_factory=list,
        description="lists that every party must be screened against; empty: any one list",
        json_schema_extra=source("K1", "names of lists"),
    )
    screening_max_age_days: int | None = Field(
        None,
        ge=0,
        description="age at which a screening expires; none: never by age",
        json_schema_extra=source("K1", DAYS),
    )


class Approval(_Section):
    """A1-A5."""

    policy_currency: str = Field(
        "USD",
        pattern=r"^[A-Z]{3}$",
        description="currency of thresholds and approval limits",
        json_schema_extra=source("A1", "currency code"),
    )
    release_from: Decimal = Field(
        Decimal(50000),
        ge=0,
        description="net order value from which a release needs an approval",
        json_schema_extra=source("A1", POLICY_CURRENCY),
    )
    executive_from: Decimal = Field(
        Decimal(250000),
        ge=0,
        description="net order value from which two approvers, one an executive, are needed",
        json_schema_extra=source("A1", POLICY_CURRENCY),
    )
    discount_from_pct: Percent = Field(
        Decimal(15),
        ge=0,
        le=100,
        description="discount from which a price change needs an approval",
        json_schema_extra=source("A1", PER_CENT),
    )
    split_window_days: int = Field(
        2,
        ge=0,
        description="time within which orders of one bill-to are added up",
        json_schema_extra=source("A3", WORKING_DAYS),
    )


class General(_Section):
    """What several checks share."""

    stale_order_days: int = Field(
        60,
        ge=0,
        description="time after the last ship date when an order counts as stale",
        json_schema_extra=source("Terms", DAYS),
    )
    high_from_pct: Percent = Field(
        Decimal(25),
        ge=0,
        description="excess over the limit from which a finding is high",
        json_schema_extra=source(CHOOSING, "per cent of the limit"),
    )
    primary_order: list[ExceptionClass] = Field(
        min_length=8,
        max_length=8,
        description="classes in the order in which one becomes primary",
        json_schema_extra=source(CHOOSING, "classes"),
    )
    table_max_age_hours: dict[str, float] = Field(
        default_factory=dict,
        description="allowed age of a source by table; beyond it its checks are not known",
        json_schema_extra=source("Freshness and gaps", "hours"),
    )
    sla_hours: dict[str, float] = Field(
        default_factory=dict,
        description="time within which a hold of the class is to be decided",
        json_schema_extra=source(CHOOSING, "working hours"),
    )
    audit_retention_years: int = Field(
        7,
        ge=1,
        description="time for which rows of the audit are kept before they may be archived",
        json_schema_extra=source("Audit", "years"),
    )


class Sla(_Section):
    """The clock of a case, and whom it is escalated to."""

    opens: str = Field(
        "09:00",
        pattern=HOUR,
        description="local hour at which the clock of a case starts on a working day",
        json_schema_extra=source(CHOOSING, "local time"),
    )
    closes: str = Field(
        "17:00",
        pattern=HOUR,
        description="local hour at which it stops; later than it starts",
        json_schema_extra=source(CHOOSING, "local time"),
    )
    escalate_after_pct: Percent = Field(
        Decimal(100),
        gt=0,
        description="share of the allowed working time after which a case is escalated",
        json_schema_extra=source(CHOOSING, PER_CENT),
    )
    escalate_to: dict[ExceptionClass, str] = Field(
        default_factory=dict,
        description="role that a case of the class is escalated to; executive where not named",
        json_schema_extra=source(CHOOSING, "roles"),
    )

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Sla:
        if self.opens >= self.closes:
            raise ValueError("sla.closes has to be later than sla.opens")
        return self


class Risk(_Section):
    """Points of the published risk sum."""

    levels: list[int] = Field(
        default=[25, 50, 75],
        min_length=3,
        max_length=3,
        description="scores from which risk is medium, high, critical",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    value_points: int = Field(
        25,
        ge=0,
        description="most points for the value at stake",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    value_full_at: Decimal = Field(
        Decimal(100000),
        gt=0,
        description="net order value that gives the most points",
        json_schema_extra=source(CHOOSING, POLICY_CURRENCY),
    )
    days_points: int = Field(
        25,
        ge=0,
        description="most points for nearness of the ship date",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    days_full_at: int = Field(
        5,
        gt=0,
        description="time before the ship date from which points begin",
        json_schema_extra=source(CHOOSING, DAYS),
    )
    tier_points: dict[str, int] = Field(
        default_factory=dict,
        description="points by customer tier",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    overdue_points: int = Field(
        15,
        ge=0,
        description="most points for the overdue share of the exposure",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    margin_points: int = Field(
        10,
        ge=0,
        description="points for a margin below the floor",
        json_schema_extra=source(CHOOSING, POINTS),
    )
    age_points: int = Field(
        10,
        ge=0,
        description="most points for the age of the hold against its SLA",
        json_schema_extra=source(CHOOSING, POINTS),
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
    sla: Sla = Sla.model_validate({})
    hold_codes: dict[str, ExceptionClass] = Field(
        description="ERP hold codes (prefixes) and the class that they mean",
        json_schema_extra=source("Holds", "classes"),
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
