"""What is known of Wide World Importers must come out of its snapshot by plain SQL.

Definitions that give the known figures, all on 2016-05-31: an order is open until picked; its
value is the gross value of its uninvoiced lines, each rounded to cents; its ship date is the
promised date; it is stale when that lies more than 60 days back.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app.loading import LoadReport, load
from tools.snapshot import Snapshot, current_snapshot

SHARED = Path(os.environ.get("HOLDDESK_SHARED", Path(__file__).parents[4] / "shared"))
WWI = SHARED / "data" / "wwi"

pytestmark = pytest.mark.skipif(
    not WWI.is_dir(), reason="the Wide World Importers data folder is absent (HOLDDESK_SHARED)"
)

AS_OF = "2016-06-01 01:00:00"  # 18:00 of 2016-05-31 in San Francisco
OPEN_ORDERS = f"""
WITH value AS (
  SELECT o.order_id, o.bill_to_id,
         coalesce(o.ship_on, o.promised_on) < DATE '2016-05-31' - 60 AS stale,
         sum(round((ordered_qty - coalesce(cancelled_qty, 0) - coalesce(invoiced_qty, 0))
             * unit_price::DECIMAL(18,4) * (1 + l.tax_rate::DECIMAL(9,4) / 100), 2)) AS gross
  FROM orders_at(TIMESTAMP '{AS_OF}') o JOIN order_lines_at(TIMESTAMP '{AS_OF}') l USING (order_id)
  WHERE o.status = 'open'
  GROUP BY ALL
), owed AS (
  SELECT customer_id, sum(open_amount) AS receivables
  FROM invoices_at(TIMESTAMP '{AS_OF}') WHERE kind = 'invoice' AND posted
  GROUP BY customer_id
), account AS (
  SELECT v.*, a.credit_limit, coalesce(receivables, 0) AS receivables,
         sum(gross) OVER (PARTITION BY v.bill_to_id) AS all_gross,
         coalesce(sum(gross) FILTER (NOT stale) OVER (PARTITION BY v.bill_to_id), 0) AS fresh_gross
  FROM value v
       JOIN credit_accounts_at(TIMESTAMP '{AS_OF}') a ON a.customer_id = v.bill_to_id
       LEFT JOIN owed ON owed.customer_id = v.bill_to_id
)
"""
DEAL_LINES = """
SELECT deal.discount_pct, l.unit_price, list.unit_price AS list_price
FROM orders o JOIN customers c USING (customer_id) JOIN order_lines l USING (order_id)
     JOIN prices deal ON deal.kind = 'promotion' AND deal.sku = l.sku
       AND deal.price_list_id = c.price_list_id
       AND timezone('America/Los_Angeles', timezone('UTC', o.ordered_at))::DATE
           BETWEEN deal.valid_from AND deal.valid_to
     JOIN prices list ON list.kind = 'price_list' AND list.sku = l.sku
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoadReport, Snapshot]]:
    home = tmp_path_factory.mktemp("wwi")
    report = load(WWI, home)
    with current_snapshot(home) as snapshot:
        yield report, snapshot


def figure(snapshot: Snapshot, sql: str) -> tuple[object, ...]:
    return snapshot.select(sql, {})[1][0]


def test_the_profile_is_recognised_and_every_row_is_sound(loaded):
    report, _ = loaded
    assert (report.profile, report.quarantined, report.warnings) == ("wwi", 0, [])


def test_every_order_customer_and_transaction_arrives(loaded):
    report, _ = loaded
    assert report.tables["orders"] == 73_595
    assert report.tables["customers"] == 663
    assert report.tables["invoices"] + report.tables["payments"] == 97_147


def test_open_orders_are_those_not_yet_picked(loaded):
    counts = figure(
        loaded[1],
        "SELECT count(*), count(*) FILTER (bill_to_id <> customer_id) "
        "FROM orders WHERE status = 'open'",
    )
    assert counts == (3_085, 1_929)


def test_customers_bill_to_others_and_some_have_a_limit(loaded):
    bill_to = "SELECT count(*) FROM customers WHERE parent_customer_id IS NOT NULL"
    assert figure(loaded[1], bill_to) == (400,)
    assert figure(loaded[1], "SELECT count(credit_limit) FROM credit_accounts") == (261,)


def test_exposure_is_above_the_limit_for_as_many_orders_as_are_known(loaded):
    sql = f"""{OPEN_ORDERS}
    SELECT count(*),
           count(*) FILTER (receivables + gross > credit_limit),
           count(*) FILTER (receivables + all_gross > credit_limit),
           count(*) FILTER (receivables + fresh_gross + if(stale, gross, 0) > credit_limit),
           count(*) FILTER (NOT stale),
           count(*) FILTER (NOT stale AND receivables + fresh_gross > credit_limit)
    FROM account WHERE credit_limit IS NOT NULL"""
    assert figure(loaded[1], sql) == (1_147, 428, 1_124, 629, 112, 59)


def test_deal_lines_charge_the_percentage_of_the_list_price_instead_of_taking_it_off(loaded):
    sql = f"""WITH line AS ({DEAL_LINES})
    SELECT count(*),
           count(*) FILTER (unit_price = round(list_price * discount_pct / 100, 2)),
           count(*) FILTER (unit_price = round(list_price * (100 - discount_pct) / 100, 2))
    FROM line"""
    assert figure(loaded[1], sql) == (512, 512, 0)


def test_nine_items_are_short_across_all_open_orders(loaded):
    sql = """WITH wanted AS (SELECT sku, sum(ordered_qty - shipped_qty) AS qty
      FROM order_lines JOIN orders USING (order_id) WHERE status = 'open' GROUP BY sku)
    SELECT count(*) FROM wanted JOIN stock USING (sku) WHERE qty > on_hand_qty"""
    assert figure(loaded[1], sql) == (9,)


def test_orders_with_lines_of_two_tax_rates(loaded):
    sql = """SELECT count(*) FROM (SELECT order_id FROM order_lines
      GROUP BY order_id HAVING count(DISTINCT tax_rate) > 1)"""
    assert figure(loaded[1], sql) == (975,)


def test_what_is_owed_is_what_the_transactions_say(loaded):
    total = figure(loaded[1], "SELECT sum(open_amount)::VARCHAR FROM invoices")
    assert total == ("267011.440000000000",)


def test_an_order_is_dated_in_the_local_time_of_its_site(loaded):
    sql = """SELECT count(*) FROM orders o JOIN sites s USING (site_id)
    WHERE timezone(s.timezone, timezone('UTC', ordered_at))::TIME <> TIME '00:00'"""
    assert figure(loaded[1], sql) == (0,)
