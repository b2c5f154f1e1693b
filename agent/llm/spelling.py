"""Order ids in any spelling: "so1042", "SO 1042", "1042" and "#1042" are all SO-1042."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ORDER_WORDS = frozenset(
    ["order", "auftrag", "auftrags", "bestellung", "commande", "pedido", "bestelling", "nr", "no",
     "number"]
)  # fmt: skip
"""Words that call the code after them an order."""
LETTERS_DIGITS = re.compile(r"^(.*?)(\d+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shape:
    """How ids are written: what stands before the digits, and how many digits there are."""

    lead: str
    digits: int


def letters(text: str) -> str:
    """The letters of a text, in upper case: "so-" is "SO"."""
    return "".join(c for c in text.upper() if c.isalpha())


def shapes(examples: Iterable[str]) -> list[Shape]:
    """The shapes of the ids, the most frequent first."""
    found: dict[Shape, int] = {}
    for order_id in examples:
        if match := LETTERS_DIGITS.match(order_id):
            shape = Shape(match[1], len(match[2]))
            found[shape] = found.get(shape, 0) + 1
    return sorted(found, key=lambda shape: (-found[shape], shape.lead, shape.digits))


def variants(typed: str, known_shapes: Sequence[Shape]) -> list[str]:
    """The ids that a typed code may mean, the code itself first."""
    code = typed.strip().lstrip("#").strip()
    found = [code]
    match = LETTERS_DIGITS.match(code)
    if match is None:
        return found
    word = letters(match[1])
    named = not word or match[1].strip(" -_.:#/").lower() in ORDER_WORDS
    inner = any(c.isdigit() for c in match[1])
    for shape in known_shapes:
        if not inner and (named or word == letters(shape.lead)):
            found.append(shape.lead + match[2].zfill(shape.digits))
            found.append(shape.lead + (match[2].lstrip("0") or "0"))
    return list(dict.fromkeys(found))
