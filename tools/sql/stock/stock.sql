-- Stock of the ordered products and their substitutes, at every site.
WITH wanted AS (
    SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM wanted
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM wanted)
)
SELECT * FROM main.stock_at($as_of)
WHERE sku IN (SELECT sku FROM skus) ORDER BY site_id, sku, batch_id
