-- Sites (a small table; read whole).
SELECT * FROM main.sites_at($as_of) ORDER BY site_id
