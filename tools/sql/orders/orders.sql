-- The orders under review and every order that their figures count:
-- of the same account (bill-to and company; or the group), of the same ship-to or sold-to,
-- with an open line or a reservation of the same products or their substitutes, or on the same runs.
WITH picked AS (
    SELECT *, coalesce(bill_to_id, customer_id) AS account_id FROM main.orders_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
), ordered AS (
    SELECT DISTINCT sku FROM main.order_lines_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM ordered
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM ordered)
), accounts AS (
    SELECT account_id AS customer_id FROM picked
    UNION
    SELECT member.customer_id
    FROM main.customers_at($as_of) AS member
    JOIN main.customers_at($as_of) AS head
      ON coalesce(member.parent_customer_id, member.customer_id)
       = coalesce(head.parent_customer_id, head.customer_id)
    WHERE $group_scope AND head.customer_id IN (SELECT account_id FROM picked)
), parties AS (
    SELECT customer_id FROM picked UNION SELECT ship_to_id FROM picked
), related AS (
    SELECT order_id FROM picked
    UNION
    SELECT order_id FROM main._orders_by_account_at($as_of)
    WHERE account_id IN (SELECT customer_id FROM accounts)
      AND status IN ('open', 'blocked', 'released', 'shipped', 'invoiced')
    UNION
    SELECT order_id FROM main._orders_by_party_at($as_of)
    WHERE party_id IN (SELECT customer_id FROM parties)
      AND status IN ('open', 'blocked', 'released', 'shipped')
    UNION
    SELECT order_id FROM main._lines_by_sku_at($as_of) WHERE sku IN (SELECT sku FROM skus)
    UNION
    SELECT order_id FROM main.reservations_at($as_of)
    WHERE sku IN (SELECT sku FROM skus) AND status = 'active'
    UNION
    SELECT order_id FROM main._orders_by_run_at($as_of)
    WHERE run_id IN (
        SELECT run_id FROM main.route_runs_at($as_of)
        WHERE route_id IN (SELECT route_id FROM picked)
    )
)
SELECT * FROM main.orders_at($as_of) WHERE order_id IN (SELECT order_id FROM related)
ORDER BY order_id
