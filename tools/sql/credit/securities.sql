-- Securities of the bill-tos and of the orders in the book.
SELECT * FROM main.securities_at($as_of)
WHERE customer_id IN (SELECT unnest($accounts)) OR order_id IN (SELECT unnest($related))
ORDER BY security_id
