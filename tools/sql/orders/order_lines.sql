-- Every line of the orders under review and of those entered near them; every line that is not both
-- shipped and invoiced of the orders whose value or dates count as a whole; and of the orders that
-- only compete for a product, the lines of that product or one of its substitutes.
WITH ordered AS (
    SELECT DISTINCT sku FROM main.order_lines_at($as_of)
    WHERE order_id IN (SELECT unnest($orders))
), skus AS (
    SELECT sku FROM ordered
    UNION
    SELECT substitute_sku FROM main.substitutes_at($as_of) WHERE sku IN (SELECT sku FROM ordered)
)
SELECT * FROM main.order_lines_at($as_of)
WHERE order_id IN (SELECT unnest($related))
  AND (
    order_id IN (SELECT unnest($near))
    OR (
      (ordered_qty IS NULL
       OR ordered_qty - coalesce(cancelled_qty, 0)
          > least(coalesce(shipped_qty, 0), coalesce(invoiced_qty, 0)))
      AND (order_id IN (SELECT unnest($whole)) OR sku IN (SELECT sku FROM skus)
           OR least(ship_on, promised_on, requested_on) < CAST($as_of AS DATE) - 30)
    )
  )
ORDER BY order_id, line_no
