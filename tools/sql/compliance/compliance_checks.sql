-- Screenings and licences of every party of the orders in the book.
SELECT * FROM main.compliance_checks_at($as_of)
WHERE customer_id IN (
    SELECT unnest($sold_tos) UNION SELECT unnest($bill_tos) UNION SELECT unnest($ship_tos)
)
ORDER BY customer_id, kind, checked_on, check_id
