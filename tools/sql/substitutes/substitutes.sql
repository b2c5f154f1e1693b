-- Substitutes of the ordered products.
SELECT * FROM main.substitutes_at($as_of)
WHERE sku IN (SELECT unnest($ordered))
ORDER BY sku, substitute_sku, customer_id
