-- Orders with an active hold at the moment, the oldest hold first.
SELECT order_id, min(placed_at) AS placed_at
FROM main.holds_at($as_of)
WHERE status IS DISTINCT FROM 'released' OR released_at > $as_of
GROUP BY order_id
ORDER BY placed_at, order_id
