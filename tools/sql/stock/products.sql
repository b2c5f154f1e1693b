-- Products of all lines in the book and the substitutes of the ordered ones.
WITH wanted AS (
    SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM wanted
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM wanted)
)
SELECT * FROM main.products_at($as_of)
WHERE sku IN (SELECT sku FROM skus)
   OR sku IN (SELECT sku FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($related)))
ORDER BY sku
