"""The words by which questions are understood, in five languages (`lexicon.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

import yaml

WORD = re.compile(r"[a-z']+")
NAME_WORD = re.compile(r"[^\W\d_][\w&.'-]*")
LANGUAGES = ("en", "de", "es", "fr", "nl")


def folded(text: str) -> str:
    """Lower case, without accents, quotes straight, credit_hold as two words."""
    plain = unicodedata.normalize(
        "NFKD", text.replace("ß", "ss").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z])_(?=[a-z])", " ", kept.casefold())
    return re.sub(r"\s+", " ", spaced).strip()


@cache
def _entries() -> dict[str, dict[str, str]]:
    text = (files("agent.llm") / "lexicon.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@cache
def groups() -> dict[str, dict[str, re.Pattern[str]]]:
    """Every group's pattern by language."""
    return {
        group: {
            language: re.compile(rf"(?<![\w'])(?:{entries.replace('; ', '|')})(?!\w)")
            for language, entries in by_language.items()
        }
        for group, by_language in _entries().items()
    }


def matched(text: str, language: str) -> frozenset[str]:
    """The groups of which a folded text holds a word, in the language or in English."""
    return frozenset(
        group
        for group, by_language in groups().items()
        if any(by_language[one].search(text) for one in (language, "en") if one in by_language)
    )


def pattern(group: str, language: str) -> re.Pattern[str]:
    """What the language says for a group; English where it has nothing of its own."""
    by_language = groups()[group]
    return by_language.get(language, by_language["en"])


def language_of(text: str) -> str:
    """The language of a folded text by its words; English where they do not tell."""
    scores = {
        language: sum(
            len(by_language[language].findall(text))
            for by_language in groups().values()
            if language in by_language
        )
        for language in LANGUAGES
    }
    return max(LANGUAGES, key=lambda language: scores[language])


@cache
def vocabulary() -> frozenset[str]:
    """Every word that stands in the lexicon as it is."""
    entries = "; ".join(
        text for by_language in _entries().values() for text in by_language.values()
    )
    return frozenset(WORD.findall(re.sub(r"\\[a-z]", " ", entries)))


@cache
def is_known(word: str) -> bool:
    """Whether a folded word is one of the lexicon, by itself or as part of an entry."""
    return word in vocabulary() or any(
        one.fullmatch(word) for by_language in groups().values() for one in by_language.values()
    )


def unknown_words(text: str) -> tuple[str, ...]:
    """The words of a folded text that the lexicon does not know: perhaps a name."""
    return tuple(word for word in NAME_WORD.findall(text) if not is_known(word.rstrip(".'-")))
