"""Read a question: its language, what it asks in words, and the codes and amounts that it names.

Nothing here looks anything up; what a code or a name means is found in `subject`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.llm.amounts import Bounds, bounds
from agent.llm.lexicon import folded, language_of, matched, unknown_words
from agent.llm.spelling import ORDER_WORDS

LONGEST = 500
"""Characters of a question that are read."""

TIMES = re.compile(
    r"\b\d{1,2}[:.]\d{2}\s?(?:am|pm|uhr|h)?\b(?![.,]?\d)|\b\d{1,2}\s?(?:am|pm|uhr|h)\b"
)
DATES = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\s?\d{1,2}\.(?:\d{2,4})?(?!\d)|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
)
PERCENT = re.compile(r"\b\d+(?:[.,]\d+)?\s?%")
LINES = re.compile(
    r"\b(?:lines?|ln|pos|position(?:en)?|zeilen?|lignes?|lineas?|regels?|item|l)[. ]?\s?"
    r"(\d{1,5})(?![\w.,-]*\d)"
)
TOP = re.compile(r"\btop[ -]?(\d{1,2})\b")
CODE = r"[a-z0-9][\w./-]*"
REFERENCE = re.compile(
    r"\b(?:po|p\.o\.|purchase order|customer (?:order|po|ref(?:erence)?)|ref(?:erence)?|referenz|"
    rf"kundenbestellung|bestellnr|bestellnummer)\.?\s?(?:no|nr|number)?\.?\s?[#:]?\s?({CODE})"
)
SKU = re.compile(
    r"\b(?:sku|article|artikel|material|product|produkt|referencia|articulo|art|item)"
    rf"\.?\s?(?:no|nr|number)?\.?\s?[#:]?\s?({CODE})"
)
CODED = re.compile(r"\b(?:(?:so|po) |[a-z]{1,4}-)?#?[\w./-]*\d[\w./-]*")
"""Codes, which say nothing about a language: the "so" of "so 1042" is no English word."""
PLAIN_AMOUNT = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:k|tsd|mio|eur|euros?|usd|gbp|chf)\b|[€$£]\s?\d[\d.,]*"
)
CALLED = re.compile(
    r"\b(?:of|for|from|by|does|has|can|von|fur|bei|kann|hat|de|pour|chez|para|puede|van|voor)\s+"
)
TOKEN = re.compile(rf"#?{CODE}")
SITE = re.compile(r"\b[a-z]{1,3}\d{2}\b")


@dataclass(frozen=True, slots=True)
class Code:
    """A token with a digit: as typed, joined to the word before, and whether called an order."""

    typed: str
    joined: str | None
    called_order: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was read."""

    question: str
    text: str
    """Folded: lower case, no accents."""
    language: str
    words: frozenset[str]
    """The groups of the lexicon that it holds."""
    bounds: Bounds | None
    codes: tuple[Code, ...]
    references: tuple[str, ...]
    skus: tuple[str, ...]
    lines: tuple[int, ...]
    top: int | None
    names: tuple[str, ...]
    """Words that the lexicon does not know: perhaps a customer's name."""
    called: bool
    """Whether the first of them stands where a name would: "of acme"."""

    def has(self, *groups: str) -> bool:
        """Whether it holds a word of one of the groups."""
        return any(group in self.words for group in groups)


def _with_digit(found: list[str]) -> tuple[str, ...]:
    kept = (text.strip(".,-/") for text in found)
    return tuple(dict.fromkeys(t for t in kept if any(c.isdigit() for c in t)))


def _codes(text: str) -> list[Code]:
    codes, previous = [], ""
    for token in TOKEN.findall(text):
        bare = token.strip(".,-/")
        if any(c.isdigit() for c in bare):
            short = previous.isalpha() and len(previous) <= 4 and previous not in ORDER_WORDS
            joined = f"{previous} {bare}" if short and bare.lstrip("#")[:1].isdigit() else None
            called = previous in ORDER_WORDS or bare.startswith("#")
            codes.append(Code(bare, joined, called))
        previous = bare
    return codes


def _called(text: str) -> list[str]:
    return [word for found in CALLED.finditer(text) for word in text[found.end() :].split()[:1]]


def _is_small(code: Code) -> bool:
    """A number of one or two digits that nobody called an order."""
    return code.typed.isdigit() and len(code.typed) <= 2 and not code.called_order


def parse(question: str) -> Asked:
    """Read a question in any of the languages of the lexicon."""
    text = folded(question[:LONGEST])
    language = language_of(CODED.sub(" ", text))
    rest = text
    top = TOP.search(rest)
    for pattern in (DATES, TIMES, PERCENT, TOP):
        rest = pattern.sub(" ", rest)
    lines = tuple(int(n) for n in LINES.findall(rest))
    rest = LINES.sub(" ", rest)
    references, skus = _with_digit(REFERENCE.findall(rest)), _with_digit(SKU.findall(rest))
    named = rest
    for code in (*references, *skus):
        rest = rest.replace(code, " ")
    asked_bounds, rest = bounds(rest)
    rest = PLAIN_AMOUNT.sub(" ", rest)
    codes = tuple(code for code in _codes(rest) if not _is_small(code))
    for code in (*references, *skus, *(c.typed for c in codes)):
        named = named.replace(code, " ")
    _, named = bounds(named)
    names = unknown_words(named)
    called = any(names[0] == m for m in _called(text)) if names else False
    return Asked(
        question, text, language, matched(text, language), asked_bounds, codes, references, skus,
        lines, int(top[1]) if top else None, names, called,
    )  # fmt: skip
