-- Which of the wanted ids exist, in any spelling of upper and lower case.
SELECT order_id, company_id FROM main.orders_at($as_of)
WHERE upper(order_id) IN (SELECT upper(unnest($wanted)))
ORDER BY order_id
