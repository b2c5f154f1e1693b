-- Substitutes of the ordered products.
SELECT * FROM main.substitutes_at($as_of)
WHERE sku IN (SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($orders)))
ORDER BY sku, substitute_sku, customer_id
