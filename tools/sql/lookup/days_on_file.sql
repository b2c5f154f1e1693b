-- Every exception of a site's working weekdays, as it was known at the moment.
SELECT site_id, day, working
FROM main.calendar_days_at($as_of)
ORDER BY site_id, day
