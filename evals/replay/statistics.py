"""Intervals and tests for the figures of a replay: seeded, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import comb
from typing import NamedTuple, TypeVar

T = TypeVar("T")

DRAWS = 1000
"""Samples of a bootstrap."""
SEED = 20260310


class Share(NamedTuple):
    """A share of n with its 95 % interval; `value` is None where n is 0."""

    value: float | None
    n: int
    low: float | None
    high: float | None


def bootstrap(items: Sequence[T], measure: Callable[[Sequence[T]], float | None]) -> Share:
    """A measure over items with its percentile interval over resampled items."""
    value = measure(items)
    if value is None or not items:
        return Share(None, len(items), None, None)
    luck = random.Random(SEED)  # noqa: S311 - statistics, not secrets
    drawn = (measure(luck.choices(items, k=len(items))) for _ in range(DRAWS))
    sample = sorted(one for one in drawn if one is not None)
    low, high = (sample[int(len(sample) * part)] for part in (0.025, 0.975))
    return Share(round(value, 4), len(items), round(low, 4), round(high, 4))


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p of McNemar's test over the cases that one run alone got right."""
    n = only_first + only_second
    tail = sum(comb(n, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / float(2**n))
