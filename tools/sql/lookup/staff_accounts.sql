-- Every account of the staff table with the time zone of its site, as known at the moment.
SELECT staff.user_id, staff.person_id, staff.name, staff.roles, staff.company_id, staff.site_id,
       staff.approval_limit, staff.currency, staff.absent_from, staff.absent_to, staff.stand_in,
       sites.timezone
FROM main.staff_at($as_of) AS staff
LEFT JOIN main.sites_at($as_of) AS sites USING (site_id)
ORDER BY staff.user_id
