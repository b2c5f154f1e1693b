-- Runs of the routes of the orders under review, from 30 days before the moment on.
SELECT * FROM main.route_runs_at($as_of)
WHERE route_id IN (SELECT unnest($own_routes)) AND departs_on >= CAST($as_of AS DATE) - 30
ORDER BY route_id, departs_on, run_id
