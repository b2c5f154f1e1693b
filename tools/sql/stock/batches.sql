-- Batches of the ordered products and their substitutes.
SELECT * FROM main.batches_at($as_of)
WHERE sku IN (SELECT unnest($goods)) ORDER BY sku, expires_on, batch_id
