-- Holds of the past that were placed within a span, as known at the moment, oldest first.
SELECT * FROM main.hold_history_at($as_of)
WHERE placed_at IS NOT NULL
  AND ($first IS NULL OR placed_at >= $first) AND ($last IS NULL OR placed_at < $last)
ORDER BY placed_at, hold_id
