"""Find the customer that somebody means by a name as typed: in part, misspelt, in the genitive."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.llm.lexicon import folded

Customer = tuple[str, str]
WORD = re.compile(r"[^\W_]+")
TYPOS = ((8, 2), (5, 1), (0, 0))
"""Letters of a word to the slips of the finger that it may have."""


@dataclass(frozen=True, slots=True)
class Found:
    """Customers that fit a name best (several: it fits them alike), and others that are near."""

    customers: tuple[Customer, ...]
    near: tuple[Customer, ...] = ()


def _words(name: str) -> list[str]:
    return [word for word in WORD.findall(folded(name)) if len(word) > 1]


def _slips(word: str) -> int:
    return next(slips for letters, slips in TYPOS if len(word) >= letters)


def _spoken(word: str) -> list[str]:
    """A word, and without the ending of a genitive or plural."""
    plain = word.removesuffix("'s").removesuffix("'")
    return [plain, plain.removesuffix("s")] if len(plain) > 4 else [plain]


def _stands_in(name: str, text: str) -> bool:
    return name in text and bool(re.search(rf"(?<![\w-]){re.escape(name)}(?:'?s)?(?![\w-])", text))


def _by_whole_name(text: str, customers: Iterable[Customer]) -> list[Customer]:
    names = ((customer, folded(customer[1])) for customer in customers)
    found = [(customer, name) for customer, name in names if name and _stands_in(name, text)]
    longest = max((len(name) for _, name in found), default=0)
    return [customer for customer, name in found if len(name) == longest]


def _scores(typed: Sequence[str], customers: Sequence[Customer]) -> dict[int, float]:
    """How well each customer fits, by place in the list; one that does not is left out."""
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for n, (_, name) in enumerate(customers):
        for place, word in enumerate(_words(name)):
            places[word].append((n, place))
    vocabulary = list(places)
    scores: dict[int, float] = defaultdict(float)
    firm: set[int] = set()
    for word in typed:
        best: dict[int, float] = {}
        for form in _spoken(word):
            for known, slips, _ in process.extract(
                form, vocabulary, scorer=OSA.distance, score_cutoff=_slips(form), limit=20
            ):
                alone = len(places[known]) == 1 and slips == 0
                for n, place in places[known]:
                    worth = 1 - slips / 10 + (0.3 if place == 0 else 0)
                    best[n] = max(best.get(n, 0), worth)
                    if place == 0 or alone:
                        firm.add(n)
        for n, worth in best.items():
            scores[n] += worth
    return {n: score for n, score in scores.items() if n in firm or score >= 1.7}


def find(text: str, typed: Sequence[str], customers: Sequence[Customer]) -> Found:
    """The customers that a folded text names.

    Args:
        text: the whole folded question (a full name in it is enough).
        typed: the words of it that the lexicon does not know.
        customers: every customer's id and name.
    """
    if ids := [customer for customer in customers if _stands_in(folded(customer[0]), text)]:
        return Found(tuple(ids))
    if whole := _by_whole_name(text, customers):
        return Found(tuple(whole))
    scores = _scores([word.strip(".'-") for word in typed], customers)
    if scores:
        best = max(scores.values())
        return Found(tuple(customers[n] for n, score in scores.items() if best - score < 0.05))
    return Found((), _near(" ".join(typed), customers))


def _near(typed: str, customers: Sequence[Customer]) -> tuple[Customer, ...]:
    names = [folded(name) for _, name in customers]
    best = process.extract(typed, names, limit=3, score_cutoff=60) if typed else []
    return tuple(customers[place] for _, _, place in best)
