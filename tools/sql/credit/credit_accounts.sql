-- Credit accounts of the bill-tos.
SELECT * FROM main.credit_accounts_at($as_of)
WHERE customer_id IN (SELECT unnest($accounts)) ORDER BY customer_id, company_id
