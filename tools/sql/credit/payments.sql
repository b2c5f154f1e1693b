-- Payments of the bill-tos with money that is not applied, not cleared or bounced, and the newest one.
WITH picked AS (
    SELECT coalesce(bill_to_id, customer_id) AS account_id FROM main.orders_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
), accounts AS (
    SELECT account_id AS customer_id FROM picked
    UNION
    SELECT member.customer_id
    FROM main.customers_at($as_of) AS member
    JOIN main.customers_at($as_of) AS head
      ON coalesce(member.parent_customer_id, member.customer_id)
       = coalesce(head.parent_customer_id, head.customer_id)
    WHERE $group_scope AND head.customer_id IN (SELECT account_id FROM picked)
)
SELECT * FROM main.payments_at($as_of)
WHERE customer_id IN (SELECT customer_id FROM accounts)
QUALIFY unapplied_amount IS DISTINCT FROM 0 OR status IS DISTINCT FROM 'cleared'
     OR row_number() OVER (PARTITION BY customer_id ORDER BY received_on DESC, payment_id) = 1
ORDER BY customer_id, received_on, payment_id
