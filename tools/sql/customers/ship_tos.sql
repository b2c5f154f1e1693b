-- Delivery addresses of all orders in the book.
SELECT * FROM main.ship_tos_at($as_of)
WHERE ship_to_id IN (SELECT unnest($parties)) ORDER BY ship_to_id
