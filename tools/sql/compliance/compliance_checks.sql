-- Screenings and licences of every party of the orders in the book.
WITH parties AS (
    SELECT customer_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($orders))
    UNION SELECT bill_to_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($orders))
    UNION SELECT ship_to_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($orders))
)
SELECT * FROM main.compliance_checks_at($as_of)
WHERE customer_id IN (SELECT customer_id FROM parties)
ORDER BY customer_id, kind, checked_on, check_id
