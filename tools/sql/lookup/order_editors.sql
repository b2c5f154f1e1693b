-- Who changed orders that have an approval, and when.
SELECT order_id, version, changed_by, changed_at FROM main.order_changes_at($as_of)
WHERE order_id IN (SELECT order_id FROM main.approvals_at($as_of))
ORDER BY order_id, changed_at
