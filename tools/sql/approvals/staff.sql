-- The whole table: who may be asked.
SELECT * FROM main.staff_at($as_of) ORDER BY user_id
