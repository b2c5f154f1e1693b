-- Receivables of the bill-tos that are not settled (an empty open amount is not known, so it stays).
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
SELECT * FROM main.invoices_at($as_of)
WHERE customer_id IN (SELECT customer_id FROM accounts) AND open_amount IS DISTINCT FROM 0
ORDER BY customer_id, due_on, invoice_id
