-- When each source was extracted.
SELECT * FROM main.source_freshness_at($as_of) ORDER BY "table", source_system
