-- Orders by the customer's own reference (exact) or by customer ids, the newest first.
SELECT order_id, customer_id, customer_ref, status, ordered_at FROM main.orders_at($as_of)
WHERE upper(customer_ref) = upper($reference)
   OR list_contains($customers, customer_id) OR list_contains($customers, bill_to_id)
ORDER BY ordered_at DESC, order_id
