-- Products of all lines in the book and the substitutes of the ordered ones.
SELECT * FROM main.products_at($as_of)
WHERE sku IN (SELECT unnest($skus))
   OR sku IN (SELECT substitute_sku FROM main.substitutes_at($as_of)
              WHERE sku IN (SELECT unnest($skus)))
ORDER BY sku
