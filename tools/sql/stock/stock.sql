-- Stock of the ordered products and their substitutes, at every site.
SELECT * FROM main.stock_at($as_of)
WHERE sku IN (SELECT unnest($goods)) ORDER BY site_id, sku, batch_id
