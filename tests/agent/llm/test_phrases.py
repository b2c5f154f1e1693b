"""What answers are made of: no countable text in a template, the same figures in each language."""

from __future__ import annotations

from string import Formatter

import pytest

from agent.llm.intent import ACTIONS
from agent.llm.phrases import ANSWERED_IN, has_phrase, phrases, statements, word
from agent.review.verify.sentences import sentence_problem
from policies.guard import LOCKED_ACTIONS
from policies.owner import OWNER_ROLES

TEMPLATES = [
    (f"{key}/{language}", text)
    for key, by_language in phrases().items()
    for language, text in by_language.items()
] + [
    (f"{code}/{part}", text)
    for code, parts in statements("de").items()
    for part, texts in parts.items()
    for text in texts
]


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def bare(template: str) -> str:
    return "".join(text for text, _, _, _ in Formatter().parse(template))


@pytest.mark.parametrize(("key", "template"), TEMPLATES, ids=[key for key, _ in TEMPLATES])
def test_a_template_counts_nothing_and_commits_to_nothing(key: str, template: str) -> None:
    assert sentence_problem(bare(template), []) is None


@pytest.mark.parametrize("key", sorted(phrases()))
def test_a_sentence_has_the_same_placeholders_in_every_language(key: str) -> None:
    assert len({frozenset(placeholders(text)) for text in phrases()[key].values()}) == 1


@pytest.mark.parametrize("key", sorted(phrases()))
def test_a_sentence_is_there_in_every_language_of_answers(key: str) -> None:
    only_german = key.startswith("hold_")  # the packet says it in English itself
    assert all(has_phrase(key, one) for one in ANSWERED_IN if not (only_german and one == "en"))


def test_every_class_role_and_action_has_a_german_word() -> None:
    names = [*OWNER_ROLES, *OWNER_ROLES.values(), "finance", "executive", "customer_service"]
    assert [
        name for name in (*names, *LOCKED_ACTIONS) if word(name, "de") == name.replace("_", " ")
    ] == []


def test_every_locked_action_can_be_asked_for() -> None:
    assert set(ACTIONS) == set(LOCKED_ACTIONS)
