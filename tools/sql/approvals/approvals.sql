-- Approvals of the orders under review, as their source claims them.
SELECT * FROM main.approvals_at($as_of)
WHERE order_id IN (SELECT unnest($orders)) ORDER BY order_id, decided_at, approval_id
