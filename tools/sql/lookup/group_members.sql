-- All members of the groups of the bill-tos of the orders under review.
WITH picked AS (
    SELECT coalesce(bill_to_id, customer_id) AS account_id FROM main.orders_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
)
SELECT DISTINCT member.customer_id
FROM main.customers_at($as_of) AS member
JOIN main.customers_at($as_of) AS head
  ON coalesce(member.parent_customer_id, member.customer_id)
   = coalesce(head.parent_customer_id, head.customer_id)
WHERE head.customer_id IN (SELECT account_id FROM picked)
ORDER BY member.customer_id
