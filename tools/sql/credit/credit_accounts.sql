-- Credit accounts of the bill-tos.
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
SELECT * FROM main.credit_accounts_at($as_of)
WHERE customer_id IN (SELECT customer_id FROM accounts) ORDER BY customer_id, company_id
