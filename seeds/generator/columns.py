"""The headers of the canonical tables, in the order in which they are written."""

from __future__ import annotations

_HEADERS = """
customers: customer_id name parent_customer_id tier priority country currency payment_terms_days
  blocked_scope status price_list_id ship_complete max_partial_shipments min_shelf_life_days
  accepts_substitutes timezone min_order_value late_penalty_pct sales_owner intercompany
credit_accounts: customer_id company_id credit_limit currency limit_valid_to temporary_limit
  temporary_valid_from temporary_valid_to insured_amount manual_hold overdue_grace_days
  overdue_amount_limit include_open_orders horizon_days risk_class dunning_level next_review_on
invoices: invoice_id kind company_id customer_id order_id issued_on due_on amount open_amount
  currency posted disputed_amount
payments: payment_id customer_id company_id order_id invoice_id received_on amount
  unapplied_amount currency status
claims: claim_id customer_id order_id invoice_id kind amount currency status opened_on closed_on
  owner text
orders: order_id company_id customer_id bill_to_id ship_to_id customer_ref order_type ordered_at
  requested_on promised_on ship_on status currency payment_terms_days baseline_terms_days
  prices_include_tax tax_rate site_id route_id run_id priority ship_complete channel created_by
  version pricing_on incomplete_codes remark
order_lines: order_id line_no sku uom ordered_qty shipped_qty invoiced_qty cancelled_qty
  unit_price price_uom price_per discount_pct tax_rate price_source fulfilment parent_line_no
  requested_on promised_on ship_on site_id batch_id remark
products: sku description product_group base_uom weight_kg volume_m3 unit_cost cost_currency
  stocked batch_tracked pack_qty restricted_class min_age hazard_class temperature_band status
uom_conversions: sku from_uom to_uom factor
sites: site_id name company_id timezone country working_weekdays
calendar_days: site_id day working note
stock: site_id sku batch_id on_hand_qty blocked_qty
batches: sku batch_id received_on expires_on status
reservations: reservation_id order_id line_no site_id sku batch_id qty consumed_qty status
  reserved_at
supplies: supply_id kind sku from_site_id to_site_id open_qty expected_on confirmed expires_on
transfer_lanes: from_site_id to_site_id lead_days
routes: route_id site_id name cutoff_time cutoff_days_before lead_days delivery_weekdays
route_runs: run_id route_id departs_on status capacity_kg capacity_m3 capacity_stops used_kg
  used_m3 used_stops
prices: price_id kind name sku product_group customer_id tier price_list_id currency uom
  price_per min_qty max_qty unit_price discount_pct valid_from valid_to date_basis priority
  approved_by
price_overrides: override_id order_id line_no old_price new_price currency reason requested_by
  approved_by approval_id at
fx_rates: from_currency to_currency valid_on rate
substitutes: sku substitute_sku customer_id factor quality_ok approval_required price_rule
  valid_from valid_to
compliance_checks: check_id kind customer_id sku country list_name list_version result
  checked_on valid_to licence_no licence_qty_left cleared_by
holds: hold_id order_id line_no code reason stage placed_at placed_by forced status released_at
  released_by release_reason review_on
approvals: approval_id order_id line_no order_version action amount currency requested_by
  approved_by role decision decided_at expires_at condition
customer_notes: note_id customer_id order_id written_at author channel text
staff: user_id person_id name roles company_id site_id approval_limit currency absent_from
  absent_to stand_in
ship_tos: ship_to_id customer_id name country timezone receiving_weekdays window_from window_to
order_charges: order_id charge_no kind amount tax_rate
order_changes: order_id version field line_no old new changed_by changed_at
securities: security_id customer_id order_id kind amount currency valid_from valid_to
  latest_ship_on status
payment_promises: promise_id customer_id invoice_id amount currency promised_on status
authorities: role action company_id max_amount currency max_pct
source_freshness: table source_system extracted_at rows
hold_history: hold_id order_id classes owner_role disposition decided_by_role override
  override_reason review_minutes placed_at released_at promised_on shipped_on claim_opened
  escalated revenue currency customer_id
"""


def _parse(text: str) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            name, line = line.split(":", 1)
        headers[name] = (*headers.get(name, ()), *line.split())
    return headers


KNOWN = ("recorded_at", "superseded_at")

HEADERS = {name: (*columns, *KNOWN) for name, columns in _parse(_HEADERS).items()}
"""Columns of each table; hold_history also says whose order it was."""

LABELS = ("order_id", "primary", "classes", "codes", "not_known", "hold_codes", "story")
