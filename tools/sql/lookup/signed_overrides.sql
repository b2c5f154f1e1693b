-- Every price override that somebody approved.
SELECT override_id, order_id, requested_by, approved_by FROM main.price_overrides_at($as_of)
WHERE approved_by IS NOT NULL
ORDER BY override_id
