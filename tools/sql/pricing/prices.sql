-- Price rows that may apply to the ordered lines and to what may be substituted for them: by product
-- or group, and by customer, tier or list; an empty field matches all.
WITH ordered AS (
    SELECT DISTINCT l.sku, o.customer_id
    FROM main.order_lines_at($as_of) AS l JOIN main.orders_at($as_of) AS o USING (order_id)
    WHERE l.order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku, customer_id FROM ordered
    UNION
    SELECT s.substitute_sku, o.customer_id
    FROM ordered AS o JOIN main.substitutes_at($as_of) AS s ON s.sku = o.sku
), wanted AS (
    SELECT DISTINCT p.sku, p.product_group, c.customer_id, c.tier, c.price_list_id
    FROM skus
    JOIN main.products_at($as_of) AS p USING (sku)
    JOIN main.customers_at($as_of) AS c USING (customer_id)
)
SELECT * FROM main.prices_at($as_of) AS price
WHERE EXISTS (
    SELECT 1 FROM wanted AS w
    WHERE (price.sku IS NULL OR price.sku = w.sku)
      AND (price.product_group IS NULL OR price.product_group = w.product_group)
      AND (price.customer_id IS NULL OR price.customer_id = w.customer_id)
      AND (price.tier IS NULL OR price.tier = w.tier)
      AND (price.price_list_id IS NULL OR price.price_list_id = w.price_list_id)
)
ORDER BY price.price_id
