"""What questions want and what they are about, in five languages and any spelling."""

from __future__ import annotations

import pytest

from agent.llm.questions import ANSWERS, ask, understand
from tests.agent.llm.company import company
from tests.agent.llm.questions import ALL, CUSTOMERS, ONE_ORDER, QUEUE, REQUESTS, UNCLEAR


@pytest.mark.parametrize(("question", "intent", "orders"), ALL, ids=[q for q, _, _ in ALL])
def test_a_question_is_understood(question: str, intent: str, orders: tuple[str, ...]) -> None:
    assert understand(question, company())[0] == intent


@pytest.mark.parametrize(("question", "intent", "orders"), ALL, ids=[q for q, _, _ in ALL])
def test_an_answer_leads_with_the_orders_asked_about(
    question: str, intent: str, orders: tuple[str, ...]
) -> None:
    assert tuple(ask(question, company())["orders"][: len(orders)]) == orders


def test_every_intent_is_asked_for_in_the_table() -> None:
    assert {intent for _, intent, _ in ALL} == set(ANSWERS)


def test_the_table_holds_questions_of_every_kind() -> None:
    assert len(ALL) == sum(map(len, (ONE_ORDER, CUSTOMERS, QUEUE, REQUESTS, UNCLEAR))) >= 60


def test_a_language_is_told_by_its_words() -> None:
    spoken = {
        "warum ist so 1042 gesperrt": "de", "why is so 1042 blocked": "en",
        "por que esta bloqueado el pedido 1042": "es", "pourquoi 1042 est bloquée": "fr",
        "waarom is 1042 geblokkeerd": "nl", "1042": "en",
    }  # fmt: skip
    read = {question: understand(question, company())[1].language for question in spoken}
    assert read == spoken
