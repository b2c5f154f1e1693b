-- Freight, surcharges and the like of all orders that the book holds.
SELECT * FROM main.order_charges_at($as_of)
WHERE order_id IN (SELECT unnest($related)) ORDER BY order_id, charge_no
