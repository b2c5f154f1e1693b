"""Which rows of a key are kept is what going through the file row by row would keep."""

from datetime import datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.sources.repeated import find_repeated

START = datetime(2026, 1, 1)  # noqa: DTZ001
moment = st.none() | st.integers(0, 8)
version = st.tuples(st.sampled_from("ab"), moment, moment, st.booleans()).filter(
    lambda v: v[1] is None or v[2] is None or v[1] < v[2]
)

CONNECTION = duckdb.connect()
CONNECTION.execute("ATTACH ':memory:' AS stage")
CONNECTION.execute(
    "CREATE TABLE stage.typed "
    "(_row BIGINT, _ref VARCHAR, recorded_at TIMESTAMP, superseded_at TIMESTAMP, _fault INTEGER)"
)


def hours(count: int | None) -> datetime | None:
    return None if count is None else START + timedelta(hours=count)


def one_by_one(versions: list[tuple[str, int | None, int | None, bool]]) -> dict[int, int]:
    kept: list[tuple[int, str, int, int]] = []
    dropped: dict[int, int] = {}
    for row, (ref, first, last, sound) in enumerate(versions):
        low, high = (-1 if first is None else first), (99 if last is None else last)
        rivals = [k[0] for k in kept if k[1] == ref and low < k[3] and k[2] < high]
        if sound and rivals:
            dropped[row] = rivals[0]
        elif sound:
            kept.append((row, ref, low, high))
    return dropped


@settings(max_examples=60, deadline=None)
@given(st.lists(version, max_size=10))
def test_the_first_of_each_key_and_time_is_kept(versions):
    CONNECTION.execute("DELETE FROM stage.typed")
    for row, (ref, first, last, sound) in enumerate(versions):
        CONNECTION.execute(
            "INSERT INTO stage.typed VALUES (?, ?, ?, ?, ?)",
            [row, ref, hours(first), hours(last), None if sound else 1],
        )
    find_repeated(CONNECTION, "stage.typed")
    found = dict(CONNECTION.execute("SELECT * FROM stage.repeated").fetchall())
    assert found == one_by_one(versions)
