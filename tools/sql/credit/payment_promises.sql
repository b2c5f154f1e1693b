-- Promises to pay of the bill-tos.
SELECT * FROM main.payment_promises_at($as_of)
WHERE customer_id IN (SELECT unnest($accounts)) ORDER BY promised_on, promise_id
