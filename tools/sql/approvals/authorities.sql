-- The whole table: who may be asked.
SELECT * FROM main.authorities_at($as_of) ORDER BY role, action
