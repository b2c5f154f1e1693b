-- Lanes between sites (a small table; read whole).
SELECT * FROM main.transfer_lanes_at($as_of) ORDER BY from_site_id, to_site_id
