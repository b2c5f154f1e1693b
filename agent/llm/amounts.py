"""Amounts as people type them: "20k", "20.000", "> 20,000 EUR", "zwischen 10k und 20k"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "euro": "EUR", "euros": "EUR", "eur": "EUR",
         "usd": "USD", "gbp": "GBP", "chf": "CHF", "dollar": "USD", "dollars": "USD",
         "pfund": "GBP", "pounds": "GBP"}  # fmt: skip
SCALES = {"k": 1000, "tsd": 1000, "tausend": 1000, "thousand": 1000, "mil": 1000, "mille": 1000,
          "duizend": 1000, "m": 1_000_000, "mio": 1_000_000, "mn": 1_000_000,
          "million": 1_000_000, "millionen": 1_000_000}  # fmt: skip
LEAST = (
    r">=|=>|≥|>|over|above|more than|greater than|at least|exceeding|ab|uber|ueber|mehr als|"
    r"mindestens|grosser als|groesser als|plus de|au[- ]dessus de|superieure?s? a|mas de|"
    r"superior(?:es)? a|meer dan|boven|minstens"
)
MOST = (
    r"<=|=<|≤|<|under|below|less than|at most|up to|unter|weniger als|hochstens|hoechstens|"
    r"moins de|menos de|minder dan|onder"
)
_CURRENCY = "|".join(sorted(map(re.escape, SIGNS), key=len, reverse=True))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_NUMBER = rf"(?P<{{0}}>\d+(?:[.,']\d+| \d{{{{3}}}}(?!\d))*)\s?(?P<{{0}}s>(?:{_SCALE})\b\.?)?"
COMPARED = re.compile(
    rf"(?:(?P<least>(?<!\w)(?:{LEAST}))|(?P<most>(?<!\w)(?:{MOST})))\s*(?P<before>{_CURRENCY})?\s*"
    rf"{_NUMBER.format('n')}\s*(?P<after>(?:{_CURRENCY})(?!\w))?(?![\w-]|[.,]\d)"
)
BETWEEN = re.compile(
    rf"(?:between|zwischen|entre|tussen)\s+{_NUMBER.format('n')}\s*(?:and|und|et|y|en)\s+"
    rf"{_NUMBER.format('m')}\s*(?P<after>(?:{_CURRENCY})(?!\w))?(?![\w-])"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Amounts asked for: above `over` and below `under`, in `currency` (None: not said)."""

    over: Decimal | None = None
    under: Decimal | None = None
    currency: str | None = None
    inclusive: bool = False
    """Whether the bounds themselves count."""


def number(text: str) -> Decimal | None:
    """A typed number; a group of exactly three digits after a separator means thousands."""
    plain = re.sub(r"[ ']", "", text).rstrip(".,")
    marks = [c for c in plain if c in ".,"]
    if len(set(marks)) == 2:
        plain = plain.replace("," if marks[-1] == "." else ".", "")
    elif re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain):
        plain = re.sub(r"[.,]", "", plain)
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return None


def _scaled(found: re.Match[str], name: str) -> Decimal | None:
    value, scale = number(found[name]), (found[f"{name}s"] or "").rstrip(".")
    return None if value is None else value * SCALES.get(scale, 1)


def bounds(folded: str) -> tuple[Bounds | None, str]:
    """The bounds in a folded text, and the text without them."""
    if found := BETWEEN.search(folded):
        low, high = _scaled(found, "n"), _scaled(found, "m")
        if found["ms"] and not found["ns"] and low is not None and high is not None and low < 1000:
            low *= SCALES[found["ms"].rstrip(".")]
        rest = folded[: found.start()] + " " + folded[found.end() :]
        return Bounds(low, high, SIGNS.get(found["after"] or ""), inclusive=True), rest
    over = under = currency = None
    inclusive = False
    for found in COMPARED.finditer(folded):
        value = _scaled(found, "n")
        over, under = (value, under) if found["least"] else (over, value)
        currency = SIGNS.get(found["before"] or found["after"] or "", currency)
        word = found["least"] or found["most"]
        inclusive = word in {">=", "=>", "≥", "<=", "=<", "≤", "at least", "at most", "mindestens",
                             "minstens", "hochstens", "hoechstens", "up to", "ab"}  # fmt: skip
    if over is None and under is None:
        return None, folded
    return Bounds(over, under, currency, inclusive), COMPARED.sub(" ", folded)
