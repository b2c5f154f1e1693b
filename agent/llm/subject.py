"""Find what a question is about: the orders, customers, articles and lines that it names."""

from __future__ import annotations

from dataclasses import dataclass

from agent.llm import names
from agent.llm.lexicon import folded
from agent.llm.names import Customer
from agent.llm.parse import Asked, Code
from agent.llm.source import Source
from agent.llm.spelling import Shape, shapes, variants

ORDER_LIKE = 4
"""Digits from which a bare number is taken for an order's."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A typed order that is not on file, and the ids that look most like it."""

    typed: str
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """A typed code that more than one order answers to."""

    typed: str
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about."""

    orders: tuple[str, ...] = ()
    several: tuple[Several, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    customers: tuple[Customer, ...] = ()
    near_customers: tuple[Customer, ...] = ()
    """Customers that a name which fits nobody resembles."""
    nobody: str | None = None
    """A name that fits no customer."""
    skus: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()


class _Finder:
    def __init__(self, asked: Asked, source: Source) -> None:
        self.asked, self.source = asked, source
        self.shapes: list[Shape] = (
            shapes(source.examples()) if asked.codes or asked.references else []
        )
        self.orders: list[str] = []
        self.several: list[Several] = []
        self.unknown: list[Unknown] = []
        self.skus: list[str] = list(asked.skus)

    def _ids(self, *typed: str | None) -> list[str]:
        wanted = [v for text in typed if text for v in variants(text, self.shapes)]
        known = self.source.known(list(dict.fromkeys(wanted)))
        return list(dict.fromkeys(known[v] for v in wanted if v in known))

    def _take(self, typed: str, found: list[str]) -> bool:
        if len(found) == 1:
            self.orders.extend(found)
        elif found:
            self.several.append(Several(typed, tuple(found)))
        return bool(found)

    def _miss(self, typed: str) -> None:
        tried = [v for v in variants(typed, self.shapes) if v != typed] or [typed.upper()]
        self.unknown.append(
            Unknown(typed.lstrip("#").upper(), tuple(self.source.nearest(tried[0])))
        )

    def reference(self, typed: str) -> None:
        """A code that was called the customer's number; else an order's."""
        if not self._take(typed, self.source.by_reference(typed) or self._ids(typed)):
            self._miss(typed)

    def code(self, code: Code) -> None:
        """A code: an order in some spelling, a customer's number, an article, or unknown."""
        bare = code.typed.lstrip("#")
        found = self._ids(code.joined) if code.joined else []
        found = found or self._ids(code.typed) or self.source.by_reference(bare)
        if self._take(bare, found):
            return
        if self._looks_like_an_order(code):
            self._miss(bare)
        elif not bare.isdigit():
            self.skus.append(bare)

    def _looks_like_an_order(self, code: Code) -> bool:
        bare = code.typed.lstrip("#")
        shaped = any(v != bare for v in variants(bare, self.shapes)) and not bare.isdigit()
        return code.called_order or shaped or (bare.isdigit() and len(bare) >= ORDER_LIKE)


def _customers(asked: Asked, source: Source) -> names.Found:
    return names.find(asked.text, asked.names, source.customers())


def find_subject(asked: Asked, source: Source) -> Subject:
    """What the question is about, as far as it is on file."""
    found = _customers(asked, source)
    called = {folded(customer_id) for customer_id, _ in found.customers}
    finder = _Finder(asked, source)
    for typed in asked.references:
        finder.reference(typed)
    for code in asked.codes:
        if code.typed not in called:
            finder.code(code)
    nobody = None
    if asked.names and not found.customers:
        nobody = " ".join(asked.names)
    return Subject(
        tuple(dict.fromkeys(finder.orders)), tuple(finder.several), tuple(finder.unknown),
        found.customers, found.near, nobody, tuple(dict.fromkeys(finder.skus)), asked.lines,
    )  # fmt: skip
