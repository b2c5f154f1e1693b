-- Every line of the orders under review and of those entered near them; every line that is not both
-- shipped and invoiced of the orders whose value or dates count as a whole; and of the orders that
-- only compete for a product, the open lines of that product or of one of its substitutes.
WITH counted AS (
    SELECT * EXCLUDE (account_id) FROM main._lines_by_account_at($as_of)
    WHERE account_id IN (SELECT unnest($accounts))
      AND order_id IN (SELECT unnest($near) UNION SELECT unnest($whole))
    UNION ALL
    SELECT * FROM main.order_lines_at($as_of) WHERE order_id IN (SELECT unnest($elsewhere))
)
SELECT * FROM counted
WHERE order_id IN (SELECT unnest($near))
   OR ordered_qty IS NULL
   OR ordered_qty - coalesce(cancelled_qty, 0)
      > least(coalesce(shipped_qty, 0), coalesce(invoiced_qty, 0))
UNION ALL
SELECT * FROM main._lines_by_sku_at($as_of)
WHERE sku IN (SELECT unnest($goods))
  AND order_id IN (SELECT unnest($related))
  AND order_id NOT IN (SELECT unnest($near) UNION SELECT unnest($whole))
ORDER BY order_id, line_no
