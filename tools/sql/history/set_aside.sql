-- Quarantined rows that touch the customers, orders, products or sites of the orders under review.
WITH picked AS (
    SELECT * FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), parties AS (
    SELECT customer_id FROM picked UNION SELECT bill_to_id FROM picked UNION SELECT ship_to_id FROM picked
)
SELECT q.*
FROM main._quarantine AS q
WHERE q.order_id IN (SELECT order_id FROM picked)
   OR q.customer_id IN (SELECT customer_id FROM parties)
   OR q.bill_to_id IN (SELECT customer_id FROM parties)
   OR q.sku IN (SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT order_id FROM picked))
   OR (q.sku IS NULL AND q.site_id IN (SELECT site_id FROM picked))
ORDER BY q."table", q.file, q.row
