"""Check a sentence: strike out every bound figure once, in order; nothing countable may be left.

What is left must hold no digit, number word, month, weekday or relative date, and must not promise,
release or commit. Quoted values (a customer's name) are struck out and say nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

NUMBER_WORDS = (
    "zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|"
    "fifty|hundred|thousand|million|half|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|"
    "elf|zwölf|zwanzig|hundert|tausend|hälfte|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|"
    "douze|vingt|cent|mille|moitié"
)
CALENDAR_WORDS = (
    "january|february|march|april|june|july|august|september|october|november|december|"
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    "januar|februar|märz|mai|juni|juli|oktober|dezember|montag|dienstag|mittwoch|donnerstag|"
    "freitag|samstag|sonntag|janvier|février|avril|juin|juillet|août|septembre|octobre|novembre|"
    "décembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "today|tomorrow|yesterday|tonight|next week|last week|heute|morgen|gestern|"
    "aujourd'hui|demain|hier"
)
COUNTABLE = re.compile(rf"\d|\b(?:{NUMBER_WORDS}|{CALENDAR_WORDS})\b", re.IGNORECASE)
LONGER = re.compile(r"[.,]\d")
COMMITMENT = re.compile(
    r"\b(?:will (?:ship|be shipped|be delivered|arrive|deliver)|(?:is|are|was|has been|have been) "
    r"(?:hereby )?(?:released|approved)|we (?:promise|guarantee|commit|confirm)|guaranteed?|"
    r"i (?:have )?(?:released|approved)|price (?:is|has been) changed|"
    r"wird (?:geliefert|versendet|freigegeben)|wir (?:garantieren|versprechen|bestätigen)|"
    r"ist freigegeben|sera (?:livrée?|expédiée?)|nous (?:garantissons|promettons|confirmons)|"
    r"est (?:libérée?|approuvée?))\b",
    re.IGNORECASE,
)


def _place(text: str, value: str, position: int) -> int | None:
    """Where a value stands by itself at or after a position: no longer number or word around it."""
    while value and (start := text.find(value, position)) >= 0:
        before, after = text[start - 1 : start], text[start + len(value) :][:2]
        inside = before.isalnum() or (before in ("_", ".", ",", "-") and before != "")
        longer = after[:1].isalnum() or after[:1] == "_" or bool(LONGER.match(after))
        if not inside and not longer:
            return start
        position = start + 1
    return None


def strike_out(text: str, shown: list[str]) -> str | None:
    """The text less the shown values, each struck once, in order; None where one is missing."""
    left, position = [], 0
    for value in shown:
        start = _place(text, value, position)
        if start is None:
            return None
        left.append(text[position:start])
        position = start + len(value)
    return "\x00".join([*left, text[position:]])


def sentence_problem(text: str, shown: list[str]) -> str | None:
    """Why a sentence may not be shown, or None."""
    left = strike_out(text, shown)
    if left is None:
        return "a bound figure is not in the text, or not in its place"
    return _problem_of_rest(left)


@lru_cache(maxsize=16_384)
def _problem_of_rest(left: str) -> str | None:
    """Why the words between the figures may not be shown; they are the same in many packets."""
    if found := COUNTABLE.search(left):
        return f"{found.group()} in the text is bound to no figure"
    if found := COMMITMENT.search(left):
        return f"the text commits: {found.group()}"
    return None
