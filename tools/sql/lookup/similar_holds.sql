-- Past holds of one class, the newest first: what was decided, and what came of it.
SELECT * FROM main.hold_history_at($as_of)
WHERE list_contains(string_split(replace(classes, ' ', ''), ','), $cls)
ORDER BY placed_at DESC, hold_id LIMIT 500
