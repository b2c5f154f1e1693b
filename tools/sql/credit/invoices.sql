-- Receivables of the bill-tos that are not settled (an empty open amount is not known, so it stays).
SELECT * FROM main.invoices_at($as_of)
WHERE customer_id IN (SELECT unnest($accounts)) AND open_amount IS DISTINCT FROM 0
ORDER BY customer_id, due_on, invoice_id
