-- The status of the wanted orders.
SELECT order_id, status FROM main.orders_at($as_of)
WHERE order_id IN (SELECT unnest($wanted))
ORDER BY order_id
