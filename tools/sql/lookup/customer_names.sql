-- Every customer's id and name, to match a name as somebody typed it.
SELECT customer_id, name FROM main.customers_at($as_of) ORDER BY customer_id
