-- Open claims of the bill-tos.
SELECT * FROM main.claims_at($as_of)
WHERE (customer_id IN (SELECT unnest($accounts)) OR order_id IN (SELECT unnest($orders)))
  AND status IS DISTINCT FROM 'closed' ORDER BY customer_id, claim_id
