-- Every site, as it was known at the moment.
SELECT site_id, name, company_id, timezone, country, working_weekdays
FROM main.sites_at($as_of)
ORDER BY site_id
