-- The newest notes about the sold-tos of the orders under review.
SELECT * FROM main.customer_notes_at($as_of)
WHERE order_id IN (SELECT unnest($orders))
   OR (order_id IS NULL AND customer_id IN (SELECT unnest($sold_tos)))
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY written_at DESC, note_id) <= 20
ORDER BY written_at, note_id
