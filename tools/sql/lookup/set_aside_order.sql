-- Why an order is not in the tables: its quarantined row, where it has one ($as_of is not judged).
SELECT file, "row", reason FROM main._quarantine
WHERE "table" = 'orders' AND upper(order_id) = upper($wanted) AND $as_of IS NOT NULL
ORDER BY "row" LIMIT 1
