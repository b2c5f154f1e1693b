"""Fill sentences: figures and cells as text in the reader's language (babel)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from policies.findings import Bound, Sentence
from tools.money import minor_unit
from tools.rows import Cell, Figure, Row, Trail, rows_under

LANGUAGES = {"en": Locale("en", "GB"), "de": Locale("de", "DE"), "fr": Locale("fr", "FR")}
DAYS = {"en": ("day", "days"), "de": ("Tag", "Tage"), "fr": ("jour", "jours")}
DAY_FORMAT = {"en": "d MMM y", "de": "d. MMM y", "fr": "d MMM y"}
COUNTS = frozenset({"", "text", "orders", "lines", "count", "points"})
MONEY_COLUMNS = frozenset(
    {"amount", "open_amount", "unapplied_amount", "disputed_amount", "credit_limit", "unit_price",
     "temporary_limit", "insured_amount", "overdue_amount_limit", "old_price", "new_price",
     "approval_limit", "max_amount", "min_order_value", "revenue"}
)  # fmt: skip


def is_currency(unit: str) -> bool:
    """Whether a unit is a currency code."""
    return len(unit) == 3 and unit.isascii() and unit.isupper() and unit.isalpha()


CurrencyOf = Callable[[str], str]
"""The currency of an order, by its id; empty where it is not known."""


def cell_unit(cell: Cell, currency_of: CurrencyOf) -> str:
    """The unit in which a cell is shown."""
    row, column = cell.row, cell.column
    if column in MONEY_COLUMNS or (column == "unit_cost"):
        code = row.text("currency") or row.text("cost_currency")
        return code or currency_of(row.text("order_id") or "")
    if column.endswith("_pct") or column == "tax_rate":
        return "percent"
    if column.endswith("_days"):
        return "days"
    if isinstance(cell.value, datetime):
        return "moment"
    if isinstance(cell.value, date):
        return "date"
    if column.endswith("_qty") or column in ("qty", "open_qty"):
        return row.text("uom") or ""
    return {"kg": "kg", "m3": "m3"}.get(column.rsplit("_", 1)[-1], "text")


@lru_cache(maxsize=65536)
def _decimal(value: Decimal, unit: str, language: str) -> str:
    locale = LANGUAGES[language]
    if is_currency(unit):
        places = -int(minor_unit(unit).as_tuple().exponent)
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return f"{format_decimal(value, format=pattern, locale=locale)} {unit}"
    places = 2 if unit == "percent" else 6
    text = str(format_decimal(value, format="#,##0." + "#" * places, locale=locale))
    if unit in COUNTS:
        return text
    if unit == "days":
        return f"{text} {DAYS[language][0 if abs(value) == 1 else 1]}"
    return text + {"percent": " %", "m3": " m³"}.get(unit, f" {unit}")


@lru_cache(maxsize=65536)
def _day(value: date, language: str) -> str:
    return str(format_date(value, DAY_FORMAT[language], locale=LANGUAGES[language]))


def render_value(value: object, unit: str, language: str, timezone: Any) -> str:
    """A value as text: money, quantity, per cent, days, date, local moment, or the words as is."""
    locale = LANGUAGES[language]
    if isinstance(value, datetime):
        local = value.astimezone(timezone)
        return str(format_datetime(local, f"{DAY_FORMAT[language]} HH:mm", locale=locale))
    if isinstance(value, date):
        return _day(value, language)
    if isinstance(value, bool | str | time) or value is None or unit == "text":
        return "" if value is None else str(value)
    if isinstance(value, Decimal | int):
        return _decimal(Decimal(value), unit, language)
    return str(value)


class Renderer:
    """Renders the sentences of one packet and records what each of them rests on."""

    def __init__(self, timezone: Any, currency_of: CurrencyOf) -> None:
        self.timezone = timezone
        self.currency_of = currency_of
        self.trail = Trail()
        self._made: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._cited: dict[Figure, list[Row]] = {}

    def unit_of(self, bound: Bound) -> str:
        """The unit in which a figure or cell is shown."""
        return cell_unit(bound, self.currency_of) if isinstance(bound, Cell) else bound.unit

    def sentence(
        self, sentence: Sentence, language: str = "en", cite: tuple[Row, ...] = ()
    ) -> dict[str, Any]:
        """The sentence as JSON: text, citations, and its figures in the order of the text.

        The same sentence with the same citations is one object, wherever it is shown.
        """
        key = (id(sentence), language, *(row.ref for row in cite))
        if key not in self._made:
            self._made[key] = {"of": sentence, "json": self._render(sentence, language, cite)}
        made: dict[str, Any] = self._made[key]["json"]
        return made

    def _render(self, sentence: Sentence, language: str, cite: tuple[Row, ...]) -> dict[str, Any]:
        figures, shown = [], {}
        for name in placeholders(sentence.template):
            bound = sentence.figures[name]
            unit = self.unit_of(bound)
            shown[name] = render_value(bound.value, unit, language, self.timezone)
            figures.append(
                {"name": name, "source": bound.id, "unit": unit, "rendered": shown[name]}
            )
            self.trail.add([bound])
        rows = {r.ref: r for b in sentence.figures.values() for r in self._nearest(b)}
        rows |= {row.ref: row for row in cite}
        self.trail.add(rows.values())
        text = sentence.template.format_map(shown)
        return {"text": text, "citations": sorted(rows), "figures": figures}

    def _nearest(self, bound: Bound) -> list[Row]:
        """The rows to cite for a figure: all that it rests on, at most the first fifty."""
        if isinstance(bound, Cell):
            return [bound.row]
        if bound not in self._cited:
            self._cited[bound] = sorted(rows_under([bound]), key=lambda row: row.ref)[:50]
        return self._cited[bound]


@cache
def placeholders(template: str) -> tuple[str, ...]:
    """The names of a template in the order of the text."""
    from string import Formatter

    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)
