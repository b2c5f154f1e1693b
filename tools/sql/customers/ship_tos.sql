-- Delivery addresses of all orders in the book.
SELECT * FROM main.ship_tos_at($as_of)
WHERE ship_to_id IN (
    SELECT coalesce(ship_to_id, customer_id) FROM main.orders_at($as_of)
    WHERE order_id IN (SELECT unnest($related))
) ORDER BY ship_to_id
