-- Who entered the wanted orders.
SELECT order_id, created_by FROM main.orders_at($as_of)
WHERE list_contains($wanted, order_id)
ORDER BY order_id
