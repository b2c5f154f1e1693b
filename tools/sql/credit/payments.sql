-- Payments of the bill-tos with money that is not applied, not cleared or bounced, and the newest one.
SELECT * FROM main.payments_at($as_of)
WHERE customer_id IN (SELECT unnest($accounts))
QUALIFY unapplied_amount IS DISTINCT FROM 0 OR status IS DISTINCT FROM 'cleared'
     OR row_number() OVER (PARTITION BY customer_id ORDER BY received_on DESC, payment_id) = 1
ORDER BY customer_id, received_on, payment_id
