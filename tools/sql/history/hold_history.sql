-- Past holds of the sold-tos of the orders under review, the newest first, twenty at most of each order.
SELECT * FROM main.hold_history_at($as_of)
WHERE order_id IN (SELECT unnest($orders)) ORDER BY placed_at DESC, hold_id
