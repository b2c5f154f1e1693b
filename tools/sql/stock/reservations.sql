-- Active reservations of the ordered products and their substitutes.
SELECT * FROM main.reservations_at($as_of)
WHERE sku IN (SELECT unnest($goods)) AND status = 'active' ORDER BY sku, site_id, reservation_id
