-- Sold-tos, bill-tos and ship-tos of all orders in the book, with the members of their groups.
WITH named AS (
    SELECT customer_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($related))
    UNION SELECT bill_to_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($related))
    UNION SELECT ship_to_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($related))
), heads AS (
    SELECT coalesce(parent_customer_id, customer_id) AS head FROM main.customers_at($as_of)
    WHERE customer_id IN (SELECT customer_id FROM named)
)
SELECT * FROM main.customers_at($as_of)
WHERE customer_id IN (SELECT customer_id FROM named)
   OR coalesce(parent_customer_id, customer_id) IN (SELECT head FROM heads)
ORDER BY customer_id
