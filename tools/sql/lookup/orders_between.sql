-- Orders entered within a span, of the given states, oldest first.
SELECT order_id FROM main.orders_at($as_of)
WHERE list_contains($states, status)
  AND ($first IS NULL OR ordered_at >= $first) AND ($last IS NULL OR ordered_at < $last)
ORDER BY ordered_at, order_id
