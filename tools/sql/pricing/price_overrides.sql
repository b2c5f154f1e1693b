-- Price overrides of the orders under review.
SELECT * FROM main.price_overrides_at($as_of)
WHERE order_id IN (SELECT unnest($orders)) ORDER BY order_id, line_no, override_id
