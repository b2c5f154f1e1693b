-- The orders under review and every order that their figures count:
-- of the same account (bill-to and company; or the group), of the same ship-to or sold-to,
-- with an open line or a reservation of the same products or their substitutes, or on the same runs.
WITH near_at_hand AS (
    SELECT * EXCLUDE (account_id) FROM main._orders_by_account_at($as_of)
    WHERE account_id IN (SELECT unnest($accounts))
      AND status IN ('open', 'blocked', 'released', 'shipped', 'invoiced')
    UNION
    SELECT * EXCLUDE (line_sku) FROM main._orders_by_sku_at($as_of)
    WHERE line_sku IN (SELECT unnest($goods))
), others AS (
    SELECT unnest($orders) AS order_id
    UNION
    SELECT order_id FROM main._orders_by_party_at($as_of)
    WHERE party_id IN (SELECT unnest($sold_tos) UNION SELECT unnest($ship_tos))
      AND status IN ('open', 'blocked', 'released', 'shipped')
    UNION
    SELECT order_id FROM main.reservations_at($as_of)
    WHERE sku IN (SELECT unnest($goods)) AND status = 'active'
    UNION
    SELECT order_id FROM main._orders_by_run_at($as_of)
    WHERE run_id IN (
        SELECT run_id FROM main.route_runs_at($as_of)
        WHERE route_id IN (SELECT unnest($own_routes))
    )
    EXCEPT
    SELECT order_id FROM near_at_hand
)
SELECT * FROM near_at_hand
UNION ALL
SELECT * FROM main.orders_at($as_of) WHERE order_id IN (SELECT order_id FROM others)
ORDER BY order_id
