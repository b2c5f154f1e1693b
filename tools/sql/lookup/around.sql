-- What the other queries look up by: the accounts (bill-tos, and the members of their groups where
-- these count), the parties, routes and products of the orders under review, those products with
-- substitutes, and who wants which of them.
WITH picked AS (
    SELECT *, coalesce(bill_to_id, customer_id) AS account_id FROM main.orders_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
), accounts AS (
    SELECT account_id AS customer_id FROM picked
    UNION
    SELECT unnest(CAST($members AS VARCHAR[]))
), ordered AS (
    SELECT DISTINCT line.sku, picked.customer_id
    FROM main._lines_by_account_at($as_of) AS line
    JOIN picked USING (account_id, order_id)
    WHERE line.account_id IN (SELECT account_id FROM picked)
), goods AS (
    SELECT sku, customer_id FROM ordered
    UNION
    SELECT s.substitute_sku, o.customer_id
    FROM ordered AS o JOIN main.substitutes_at($as_of) AS s ON s.sku = o.sku
), found AS (
    SELECT 'accounts' AS kind, customer_id AS id, NULL AS by_id FROM accounts
    UNION SELECT 'sold_tos', customer_id, NULL FROM picked
    UNION SELECT 'bill_tos', bill_to_id, NULL FROM picked
    UNION SELECT 'ship_tos', ship_to_id, NULL FROM picked
    UNION SELECT 'own_routes', route_id, NULL FROM picked
    UNION SELECT 'ordered', sku, NULL FROM ordered
    UNION SELECT 'goods', sku, NULL FROM goods
    UNION SELECT 'wanted_skus', sku, customer_id FROM goods
)
SELECT kind, id, by_id FROM found WHERE id IS NOT NULL ORDER BY kind, id, by_id
