-- Routes of all orders in the book.
SELECT * FROM main.routes_at($as_of)
WHERE route_id IN (
    SELECT route_id FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($related))
) ORDER BY route_id
