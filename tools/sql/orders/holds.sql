-- Holds of the orders that the book holds (a competing order may itself be held).
SELECT * FROM main.holds_at($as_of)
WHERE order_id IN (SELECT unnest($related)) ORDER BY order_id, placed_at, hold_id
