-- Open supplies of the ordered products and their substitutes.
SELECT * FROM main.supplies_at($as_of)
WHERE sku IN (SELECT unnest($goods)) AND open_qty IS DISTINCT FROM 0 ORDER BY sku, expected_on, supply_id
