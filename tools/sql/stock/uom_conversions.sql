-- Conversions of units for those products.
WITH wanted AS (
    SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM wanted
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM wanted)
)
SELECT * FROM main.uom_conversions_at($as_of)
WHERE sku IN (SELECT sku FROM skus)
   OR sku IN (SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($related)))
ORDER BY sku, from_uom, to_uom
