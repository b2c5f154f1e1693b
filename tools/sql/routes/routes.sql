-- Routes of all orders in the book.
SELECT * FROM main.routes_at($as_of)
WHERE route_id IN (SELECT unnest($routes)) ORDER BY route_id
