-- Every line of the orders under review; of the orders around them the lines that still count:
-- with something to ship or to invoice, or entered near an order under review (split orders).
-- $orders: the orders under review; $related: all orders that the book holds.
WITH picked AS (
    SELECT order_id, ordered_at, coalesce(bill_to_id, customer_id) AS account_id
    FROM main.orders_at($as_of) WHERE order_id IN (SELECT unnest($orders))
), near AS (
    SELECT DISTINCT o.order_id
    FROM main.orders_at($as_of) AS o
    JOIN picked AS p
      ON coalesce(o.bill_to_id, o.customer_id) = p.account_id
     AND o.ordered_at BETWEEN p.ordered_at - INTERVAL 21 DAY AND p.ordered_at + INTERVAL 21 DAY
)
SELECT * FROM main.order_lines_at($as_of)
WHERE order_id IN (SELECT unnest($related))
  AND (
    order_id IN (SELECT order_id FROM picked)
    OR order_id IN (SELECT order_id FROM near)
    OR ordered_qty IS NULL
    OR ordered_qty - coalesce(cancelled_qty, 0)
       > least(coalesce(shipped_qty, 0), coalesce(invoiced_qty, 0))
  )
ORDER BY order_id, line_no
