-- Price rows that may apply to the ordered lines and to what may be substituted for them: by product
-- or group, and by customer, tier or list; an empty field matches all.
WITH skus AS (
    SELECT unnest($wanted_skus) AS sku, unnest($wanted_by) AS customer_id
), wanted AS (
    SELECT DISTINCT p.sku, p.product_group, c.customer_id, c.tier, c.price_list_id
    FROM skus
    JOIN main.products_at($as_of) AS p USING (sku)
    JOIN main.customers_at($as_of) AS c USING (customer_id)
), groups AS (
    SELECT DISTINCT product_group, customer_id, tier, price_list_id FROM wanted
), offered AS (
    SELECT * FROM main.prices_at($as_of)
    WHERE sku IS NULL OR sku IN (SELECT unnest($goods))
), matching AS (
    SELECT price.price_id, price.product_group, price.customer_id, price.tier, price.price_list_id,
           w.product_group AS of_group, w.customer_id AS of_customer, w.tier AS of_tier,
           w.price_list_id AS of_list
    FROM offered AS price JOIN wanted AS w ON price.sku = w.sku
    UNION ALL
    SELECT price.price_id, price.product_group, price.customer_id, price.tier, price.price_list_id,
           g.product_group, g.customer_id, g.tier, g.price_list_id
    FROM offered AS price CROSS JOIN groups AS g WHERE price.sku IS NULL
)
SELECT * FROM offered WHERE price_id IN (
    SELECT price_id FROM matching
    WHERE (product_group IS NULL OR product_group = of_group)
      AND (customer_id IS NULL OR customer_id = of_customer)
      AND (tier IS NULL OR tier = of_tier)
      AND (price_list_id IS NULL OR price_list_id = of_list)
)
ORDER BY price_id
