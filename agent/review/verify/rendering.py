"""Render a value again: the verifier's own formatting, written apart from the drafter's."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_currency_precision, list_currencies

LOCALES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR"}
DAY_WORDS = {"en": ("day", "days"), "de": ("Tag", "Tage"), "fr": ("jour", "jours")}
DAY_PATTERNS = {"en": "d MMM y", "de": "d. MMM y", "fr": "d MMM y"}
PLAIN_UNITS = frozenset({"", "text", "orders", "lines", "count", "points"})
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def as_number(value: object) -> Decimal | None:
    """A JSON value as a decimal, or None."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


@lru_cache(maxsize=65536)
def _number(value: Decimal, unit: str, language: str) -> str:
    locale = LOCALES[language]
    if unit in _currencies():
        places = get_currency_precision(unit)
        pattern = "#,##0." + "0" * places if places else "#,##0"
        return f"{format_decimal(value, format=pattern, locale=locale)} {unit}"
    text = str(format_decimal(value, format="#,##0.######", locale=locale))
    if unit == "percent":
        return f"{format_decimal(value, format='#,##0.##', locale=locale)} %"
    if unit == "days":
        return f"{text} {DAY_WORDS[language][abs(value) != 1]}"
    return text if unit in PLAIN_UNITS else f"{text} {'m³' if unit == 'm3' else unit}"


@lru_cache(maxsize=65536)
def _day(value: str, language: str) -> str:
    day = date.fromisoformat(value)
    return str(format_date(day, DAY_PATTERNS[language], locale=LOCALES[language]))


def rendered(value: object, unit: str, language: str, timezone: str) -> str:
    """The text of a JSON value in its unit, as a reader of that language sees it."""
    if isinstance(value, str) and unit in ("date", "moment", "") and ISO_DAY.match(value):
        return _day(value, language)
    if isinstance(value, str) and unit in ("moment", "") and ISO_MOMENT.match(value):
        moment = datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
        return str(
            format_datetime(moment, f"{DAY_PATTERNS[language]} HH:mm", locale=LOCALES[language])
        )
    number = None if unit == "text" else as_number(value)
    if number is not None:
        return _number(number, unit, language)
    return "" if value is None else str(value)
