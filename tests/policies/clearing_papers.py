"""Cases whose findings are of compliance and approvals."""

from __future__ import annotations

from tests.policies.clearing import Scenario, Tables

LISTS = ("compliance.required_lists=[EU-CFSP, OFAC]",)
WINE: Tables = {"products": [{"sku": "SKU-1", "restricted_class": "X", "min_age": ""}]}
ADULT: Tables = {"products": [{"sku": "SKU-1", "min_age": "18"}]}


def checked(**columns: str) -> Tables:
    """The screening of CU-1, changed."""
    return {"compliance_checks": [{"check_id": "CK-1", **columns}]}


def licence(**columns: str) -> Tables:
    """A licence of CU-1 for every product."""
    row = {"check_id": "L-1", "kind": "licence", "customer_id": "CU-1", "result": "clear",
           "checked_on": "2026-01-05", "valid_to": "2026-12-31", "licence_no": "A"}  # fmt: skip
    return {"compliance_checks": [{**row, **columns}]}


COMPLIANCE = [
    Scenario("not_screened", {"customers": [{"customer_id": "CU-9", "country": "DE"}],
                              "orders": [{"order_id": "SO-1", "ship_to_id": "CU-9"}]},
             "document", becomes="screening_expired"),
    Scenario("list_missing", {}, "document", becomes="screening_expired", rules=LISTS),
    Scenario("screening_expired", checked(valid_to="2026-03-04"), "document"),
    Scenario("screening_expired", checked(valid_to=""), "document", name="by age",
             rules=("compliance.screening_max_age_days=10",)),
    Scenario("possible_match", checked(result="possible"), "row", "cleared_by", indivisible=True),
    Scenario("pending", checked(result="pending"), "row", "result", indivisible=True),
    Scenario("licence_missing", WINE, "document", becomes="licence_expired"),
    Scenario("licence_expired", WINE | licence(valid_to="2026-03-04"), "document"),
    Scenario("licence_quantity", WINE | licence(licence_qty_left="99"), "row", "licence_qty_left"),
    Scenario("age_missing", ADULT, "document", becomes="age_expired"),
    Scenario("age_expired", ADULT | licence(kind="age", valid_to="2026-03-04"), "document"),
    Scenario("pending", WINE | licence(result="pending"), "row", "result", indivisible=True,
             name="of a licence"),
    Scenario("possible_match", WINE | licence(result="possible"), "row", "cleared_by",
             indivisible=True, name="of a licence"),
    Scenario("licence_quantity", WINE | licence(licence_qty_left="20") | {"order_lines": [
        {"order_id": "SO-1", "line_no": "10", "uom": "BOX", "ordered_qty": "3"}]}, "row",
        "licence_qty_left", name="in boxes"),
    Scenario("vat_id_invalid", {"customers": [{"customer_id": "CU-1", "country": "FR"}]},
             "document"),
]  # fmt: skip

BOSS = {"user_id": "u.boss", "roles": "executive", "company_id": "C1", "approval_limit": "900000",
        "currency": "USD"}  # fmt: skip
LEAD = {"user_id": "u.lead", "approval_limit": "900000"}
MORE = {**BOSS, "user_id": "u.more", "roles": "sales_operations", "approval_limit": "100000"}


def worth(euros: int) -> Tables:
    """The order over pieces of 10.00 EUR; 1 EUR is 1.10 USD."""
    row = {"order_id": "SO-1", "line_no": "10", "ordered_qty": str(euros // 10)}
    account = {"customer_id": "CU-1", "company_id": "C1", "credit_limit": "900000"}
    return {"order_lines": [row], "credit_accounts": [account]}


def signed(**columns: str) -> Tables:
    """An order of 66,000 USD with an approval, changed, and more people who may sign."""
    row = {"approval_id": "AP-1", "order_id": "SO-1", "order_version": "1",
           "action": "release_order", "amount": "66000", "currency": "USD",
           "requested_by": "u.sales", "approved_by": "u.lead", "decision": "approved",
           "decided_at": "2026-02-28T10:00:00+01:00"}  # fmt: skip
    return {**worth(60000), "approvals": [{**row, **columns}], "staff": [MORE]}


def overridden(**columns: str) -> Tables:
    """A price of 9.00 by an override; the approval that it needs is there."""
    row = {"override_id": "O-1", "order_id": "SO-1", "line_no": "10", "old_price": "10",
           "new_price": "9.00", "currency": "EUR", "requested_by": "u.sales",
           "approved_by": "u.lead", "approval_id": "AP-9"}  # fmt: skip
    approval = {"approval_id": "AP-9", "order_id": "SO-1", "line_no": "10", "order_version": "1",
                "action": "change_price", "amount": "110", "currency": "USD",
                "requested_by": "u.sales", "approved_by": "u.lead", "decision": "approved",
                "decided_at": "2026-02-28T10:00:00+01:00"}  # fmt: skip
    return {"order_lines": [{"order_id": "SO-1", "line_no": "10", "unit_price": "9.00"}],
            "price_overrides": [{**row, **columns}], "approvals": [approval]}  # fmt: skip


def another(euros: int, **columns: str) -> Tables:
    """Another order of the same bill-to, entered on the same day."""
    row = {"order_id": "SO-2", "company_id": "C1", "customer_id": "CU-1", "status": "open",
           "currency": "EUR", "ordered_at": "2026-02-27T12:00:00+01:00", "site_id": "D01",
           "created_by": "u.sales", "promised_on": "2026-03-06"}  # fmt: skip
    line = {"order_id": "SO-2", "line_no": "10", "sku": "SKU-1", "uom": "EA",
            "ordered_qty": str(euros // 10), "unit_price": "10"}  # fmt: skip
    return {"orders": [{**row, **columns}], "order_lines": [line]}


def _merged(*parts: Tables) -> Tables:
    found: Tables = {}
    for part in parts:
        for table, rows in part.items():
            found[table] = [*found.get(table, []), *rows]
    return found


TOO_LOW = "amount_too_low"
REFERENCE = {"order_id": "SO-1", "customer_ref": "PO 77"}
MANUAL = {"order_id": "SO-1", "line_no": "10", "price_source": "manual"}
GONE = [{"price_id": "PR-1", "valid_to": "2026-01-31"}]

APPROVALS = [
    Scenario("missing", worth(60000), "document", becomes=TOO_LOW),
    Scenario("pending", signed(decision="pending", approved_by="", decided_at=""), "document"),
    Scenario("rejected", signed(decision="rejected"), "document", becomes=TOO_LOW),
    Scenario("expired", signed(expires_at="2026-03-02T09:00:00+01:00"), "document"),
    Scenario("older_version", signed(order_version=""), "document"),
    Scenario("amount_too_low", signed(amount="65999.99"), "document"),
    Scenario("self_approved", signed(approved_by="u.sales"), "document"),
    Scenario("wrong_role", signed(approved_by="u.credit"), "document"),
    Scenario("over_authority", signed(approved_by="u.junior"), "document"),
    Scenario("quorum_short", {**signed(amount="330000"), **worth(300000), "staff": [LEAD, BOSS]},
             "document"),
    Scenario("self_approved", overridden(requested_by="u.lead"), "row", "approved_by",
             indivisible=True, name="of an override"),
    Scenario("missing", overridden(approved_by=""), "row", "approved_by", indivisible=True,
             name="of an override"),
    Scenario("missing", {"order_lines": [{"order_id": "SO-1", "line_no": "10",
                                          "discount_pct": "20"}]}, "document", becomes=TOO_LOW,
             name="of a discount"),
    Scenario("manual_price_unreferenced", {"order_lines": [MANUAL], "prices": GONE}, "document",
             indivisible=True),
    Scenario("split_below_threshold", _merged(worth(30000), another(30000)), "document"),
    Scenario("incomplete_order", {"orders": [{"order_id": "SO-1", "incomplete_codes": "INCO"}]},
             "order", "incomplete_codes", indivisible=True),
    Scenario("incomplete_order", {"orders": [{"order_id": "SO-1", "ship_to_id": "ST-0"}]}, "order",
             "ship_to_id", indivisible=True, name="without a ship-to"),
    Scenario("possible_duplicate",
             _merged({"orders": [REFERENCE]}, another(100, customer_ref="PO 77")), "row", "status",
             indivisible=True),
]  # fmt: skip

NOBODY = [{"user_id": "u.comp", "roles": "logistics"}]
NO_CHANGE = [
    Scenario("hit", checked(result="hit"), ""),
    Scenario("possible_match", checked(result="possible") | {"staff": NOBODY}, "",
             name="with nobody to clear it"),
    Scenario("missing", worth(60000) | {"staff": [
        {"user_id": "u.lead", "approval_limit": "1"}]}, "", name="with nobody to sign"),
    Scenario("incomplete_order", {"order_lines": [
        {"order_id": "SO-1", "line_no": "10", "unit_price": ""}]}, "", name="without a price"),
]  # fmt: skip
