-- Every approval that was given, with its order's creator and the customer's sales owner.
SELECT a.approval_id, a.order_id, a.action, a.requested_by, a.approved_by, a.role, a.decided_at,
       o.company_id, o.created_by, c.sales_owner
FROM main.approvals_at($as_of) AS a
LEFT JOIN main.orders_at($as_of) AS o USING (order_id)
LEFT JOIN main.customers_at($as_of) AS c USING (customer_id)
WHERE a.decision = 'approved' AND a.decided_at <= $as_of
ORDER BY a.approval_id
