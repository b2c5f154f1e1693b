-- Exchange rates of the last 800 days and, of each pair, the newest one before that.
SELECT * FROM main.fx_rates_at($as_of)
WHERE valid_on <= CAST($as_of AS DATE) + 1
QUALIFY valid_on >= CAST($as_of AS DATE) - 800
     OR row_number() OVER (PARTITION BY from_currency, to_currency ORDER BY valid_on DESC) = 1
ORDER BY from_currency, to_currency, valid_on
