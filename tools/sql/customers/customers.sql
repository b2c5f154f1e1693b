-- Sold-tos, bill-tos and ship-tos of all orders in the book, with the members of their groups.
WITH named AS (
    SELECT customer_id, coalesce(parent_customer_id, customer_id) AS head
    FROM main.customers_at($as_of) WHERE customer_id IN (SELECT unnest($parties))
)
SELECT * FROM main.customers_at($as_of)
WHERE customer_id IN (SELECT unnest($parties))
   OR customer_id IN (SELECT head FROM named)
   OR parent_customer_id IN (SELECT head FROM named)
ORDER BY customer_id
