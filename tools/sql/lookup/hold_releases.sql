-- Who released holds of orders that have an approval.
SELECT hold_id, order_id, released_by, released_at FROM main.holds_at($as_of)
WHERE released_by IS NOT NULL AND released_at <= $as_of
  AND order_id IN (SELECT order_id FROM main.approvals_at($as_of))
ORDER BY hold_id
