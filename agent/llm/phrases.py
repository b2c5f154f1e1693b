"""The sentences of answers by language (`phrases.yaml`); English where a language has none."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

ANSWERED_IN = ("en", "de")
"""Languages in which answers are written; questions are understood in more."""


@cache
def _file(name: str) -> dict[str, Any]:
    text = (files("agent.llm") / name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def phrases() -> dict[str, dict[str, str]]:
    """Every sentence by key and language."""
    return dict(_file("phrases.yaml")["sentences"])


def phrase(key: str, language: str) -> tuple[str, str]:
    """A sentence's template, and the language that it is in."""
    found = phrases()[key]
    return (found[language], language) if language in found else (found["en"], "en")


def has_phrase(key: str, language: str) -> bool:
    """Whether a sentence is written in the language itself."""
    return language in phrases()[key]


def word(text: str, language: str) -> str:
    """A class, role, action or path as people of the language read it."""
    named = _file("phrases.yaml")["words"].get(text, {})
    return str(named.get(language) or text.replace("_", " "))


def statements(language: str) -> dict[str, dict[str, list[str]]]:
    """Findings in another language, by code: what is wrong (`says`) and what `clears` it."""
    return dict(_file("statements.yaml").get(language, {}))
