-- Holidays and extra working days from 400 days before the moment to 400 days after it.
SELECT * FROM main.calendar_days_at($as_of)
WHERE day BETWEEN CAST($as_of AS DATE) - 400 AND CAST($as_of AS DATE) + 400 ORDER BY site_id, day
