-- The order ids that look most like the wanted one.
SELECT order_id FROM main.orders_at($as_of)
ORDER BY levenshtein(upper(order_id), upper($wanted)), order_id LIMIT 3
