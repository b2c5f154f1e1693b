-- Open supplies of the ordered products and their substitutes.
WITH wanted AS (
    SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM wanted
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM wanted)
)
SELECT * FROM main.supplies_at($as_of)
WHERE sku IN (SELECT sku FROM skus) AND open_qty IS DISTINCT FROM 0 ORDER BY sku, expected_on, supply_id
