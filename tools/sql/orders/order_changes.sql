-- Edits of the orders under review.
SELECT * FROM main.order_changes_at($as_of)
WHERE order_id IN (SELECT unnest($orders)) ORDER BY order_id, version, field
