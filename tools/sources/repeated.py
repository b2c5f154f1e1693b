"""Rows that repeat the key of an earlier one while that one is visible."""

from __future__ import annotations

import duckdb

_UNDECIDED = """
CREATE OR REPLACE TABLE stage.undecided AS
WITH sound AS (
  SELECT _ref, _row, coalesce(recorded_at, '-infinity'::TIMESTAMP) AS lo,
         coalesce(superseded_at, 'infinity'::TIMESTAMP) AS hi
  FROM {typed}
  WHERE _fault IS NULL
    AND _ref IN (SELECT _ref FROM {typed} WHERE _fault IS NULL GROUP BY _ref HAVING count(*) > 1)
), earlier AS (
  SELECT *, max(hi) OVER (PARTITION BY _ref ORDER BY lo, hi, _row
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > lo AS rivals
  FROM sound
), chain AS (
  SELECT *, count(*) FILTER (rivals IS NOT TRUE) OVER (PARTITION BY _ref ORDER BY lo, hi, _row
    ROWS UNBOUNDED PRECEDING) AS _chain
  FROM earlier
)
SELECT _ref, _chain, _row, lo, hi FROM chain
QUALIFY count(*) OVER (PARTITION BY _ref, _chain) > 1
"""
"""Rows of one key in chains of overlaps; a chain of one row has no rival."""

_ROUND = (
    """CREATE OR REPLACE TABLE stage.chosen AS
    SELECT _ref, _chain, min(_row) AS _kept, arg_min(lo, _row) AS lo, arg_min(hi, _row) AS hi
    FROM stage.undecided GROUP BY _ref, _chain""",
    """INSERT INTO stage.repeated
    SELECT u._row, c._kept FROM stage.undecided u JOIN stage.chosen c USING (_ref, _chain)
    WHERE u._row <> c._kept AND u.lo < c.hi AND c.lo < u.hi""",
    """DELETE FROM stage.undecided
    WHERE _row IN (SELECT _kept FROM stage.chosen) OR _row IN (SELECT _row FROM stage.repeated)""",
)


def find_repeated(connection: duckdb.DuckDBPyConnection, typed: str) -> None:
    """Fill `stage.repeated` with the rows whose key an earlier kept row has at the same time.

    Versions of a row whose [recorded_at, superseded_at) do not overlap share a key rightly.
    `typed` has `_row`, `_ref`, `_fault` and those two columns; rows with a fault do not count.
    Each round keeps the first undecided row of every chain and drops what overlaps it.
    """
    connection.execute("CREATE OR REPLACE TABLE stage.repeated (_row BIGINT, _kept BIGINT)")
    connection.execute(_UNDECIDED.format(typed=typed))
    while connection.execute("SELECT 1 FROM stage.undecided LIMIT 1").fetchone():
        for step in _ROUND:
            connection.execute(step)
