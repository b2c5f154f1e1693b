"""A word diff: what a person changed in a text."""

from __future__ import annotations

from difflib import SequenceMatcher


def word_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Runs of words: ("same", …), ("out", …) for what was taken out, ("in", …) for what came."""
    was, now = before.split(), after.split()
    found: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("same", " ".join(was[a:b])))
            continue
        found += [
            (kind, " ".join(words))
            for kind, words in (("out", was[a:b]), ("in", now[c:d]))
            if words
        ]
    return found
