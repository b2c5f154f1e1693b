"""Counts over many packets: classes, finding codes, what is not known, credit, price, stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


@dataclass
class Summary:
    """Counts of orders unless a key says otherwise."""

    orders: int = 0
    clear: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    primary: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    not_known: Counter[str] = field(default_factory=Counter)
    data_notes: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    credit: Counter[str] = field(default_factory=Counter)
    price_lines: Counter[str] = field(default_factory=Counter)
    short_skus: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, packets: Iterable[Json]) -> Summary:
        """The summary of the packets, read one by one."""
        summary = cls()
        for packet in packets:
            summary.add(packet)
        return summary

    def add(self, packet: Json) -> None:
        """Count one packet."""
        self.orders += 1
        found = [e["class"] for e in packet["exceptions"]]
        self.clear += not found and not packet["not_known"]
        self.classes.update(found)
        self.primary.update(e["class"] for e in packet["exceptions"] if e["primary"])
        self.codes.update(f["code"] for e in packet["exceptions"] for f in e["findings"])
        self.not_known.update({gap["check"] for gap in packet["not_known"]})
        self.data_notes.update({note["code"] for note in packet["data_notes"]})
        self.dispositions[packet["recommendation"]["disposition"]] += 1
        self._credit(packet["credit"], {note["code"] for note in packet["data_notes"]})
        self._lines(packet)

    def _credit(self, credit: Json, notes: set[str]) -> None:
        limit = _number(credit.get("limit"))
        if limit is None:
            return
        self.credit["with a limit"] += 1
        for name, key in (
            ("over the limit", "exposure_after"),
            ("over it without other orders", "exposure_after_without_open_orders"),
        ):
            value = _number(credit.get(key))
            self.credit[name] += value is not None and value > limit
        if credit.get("this_order_stale") is False:
            self.credit["with a limit, not stale"] += 1
            value = _number(credit.get("exposure_after"))
            self.credit["not stale and over the limit"] += value is not None and value > limit

    def _lines(self, packet: Json) -> None:
        for line in packet["price"]:
            kind = line.get("kind") or "no price"
            self.price_lines[f"{kind} lines"] += 1
            self.price_lines[f"{kind} lines that differ"] += bool(_number(line.get("difference")))
        for line in packet["stock"]:
            if (_number(line.get("short")) or 0) > 0:
                self.short_skus.add(str(line.get("sku")))

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON."""
        counted = {name: dict(sorted(counts.items())) for name, counts in self._counters()}
        return {
            "orders": self.orders,
            "clear": self.clear,
            **counted,
            "short_skus": sorted(self.short_skus),
        }

    def _counters(self) -> list[tuple[str, Counter[str]]]:
        names = ("classes", "primary", "codes", "not_known", "data_notes", "dispositions", "credit",
                 "price_lines")  # fmt: skip
        return [(name, getattr(self, name)) for name in names]

    def tables(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The counts as titled tables for people."""
        first = [("orders", f"{self.orders:,}"), ("clear", f"{self.clear:,}"),
                 ("short products", f"{len(self.short_skus):,}")]  # fmt: skip
        rest = [
            (name.replace("_", " "), [(key, f"{count:,}") for key, count in sorted(counts.items())])
            for name, counts in self._counters()
            if counts
        ]
        return [("reviewed", first), *rest]
