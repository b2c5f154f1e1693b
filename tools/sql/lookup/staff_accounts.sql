-- Every account of the staff table, as it was known at the moment.
SELECT user_id, person_id, name, roles, company_id, site_id, approval_limit, currency,
       absent_from, absent_to, stand_in
FROM main.staff_at($as_of)
ORDER BY user_id
