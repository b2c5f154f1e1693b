-- Conversions of units for the products of all lines in the book and their substitutes.
SELECT * FROM main.uom_conversions_at($as_of)
WHERE sku IN (SELECT unnest($skus))
   OR sku IN (SELECT substitute_sku FROM main.substitutes_at($as_of)
              WHERE sku IN (SELECT unnest($skus)))
ORDER BY sku, from_uom, to_uom
