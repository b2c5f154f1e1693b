"""`holddesk ask` without a model: read the question, find what it is about, answer by rules.

A question can read packets and nothing else: the answer quotes figures that are in them, verified
sentence by sentence. What only a person may do is never done; a request for it is drafted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agent.llm import (
    answer_credit,
    answer_find,
    answer_goods,
    answer_list,
    answer_order,
    answer_price,
    answer_request,
)
from agent.llm.compose import Composer
from agent.llm.intent import Intent, intent_of
from agent.llm.parse import Asked, parse
from agent.llm.phrases import ANSWERED_IN
from agent.llm.source import Source, orders_held
from agent.llm.subject import Subject, find_subject
from agent.llm.turn import Turn

ANSWERS: dict[Intent, Callable[[Turn], None]] = {
    "why": answer_order.why,
    "who": answer_order.who,
    "clear": answer_order.clear,
    "status": answer_order.status,
    "duplicate": answer_order.duplicate,
    "headroom": answer_credit.headroom,
    "fits": answer_credit.fits,
    "payment": answer_credit.payment,
    "stock": answer_goods.stock,
    "contest": answer_goods.contest,
    "substitute": answer_goods.substitute,
    "price": answer_price.price,
    "compliance": answer_price.compliance,
    "list": answer_list.orders,
    "worst": answer_list.worst,
    "total": answer_list.total,
    "request": answer_request.request,
    "clarify": answer_find.clarify,
    "which_order": answer_find.which_order,
    "which_customer": answer_find.several_customers,
    "unknown_order": answer_find.unknown_order,
    "unknown_customer": answer_find.unknown_customer,
    "history": answer_find.history,
    "help": answer_find.help_text,
}
"""What answers each intent."""


def understand(question: str, source: Source) -> tuple[Intent, Asked, Subject]:
    """What a question wants, how it was read, and what it is about."""
    asked = parse(question)
    subject = find_subject(asked, source)
    intent = intent_of(asked, subject)
    if intent == "list" and len(subject.customers) == 1 and not asked.has("list"):
        subject = _with_only_order(subject, source)
        intent = intent_of(asked, subject)
    return intent, asked, subject


def _with_only_order(subject: Subject, source: Source) -> Subject:
    """The customer's held order as the subject, where it has exactly one."""
    held = orders_held(source, subject.customers[0][0])
    return replace(subject, orders=(held[0]["order_id"],)) if len(held) == 1 else subject


def ask(question: str, source: Source) -> dict[str, Any]:
    """Answer a question about orders.

    Returns:
        The answer as JSON: `question`, `answer`, `sentences` (text, citations, figures), `orders`
        (the most relevant first), the `calculations` and `evidence` that the sentences rest on,
        `approval_request` (action, order_id, roles) or None, `answered_by` and `usage`.
    """
    started = time.perf_counter()
    intent, asked, subject = understand(question, source)
    says = Composer(asked.language if asked.language in ANSWERED_IN else "en")
    ANSWERS[intent](Turn(asked, subject, source, says))
    answer = says.result(question)
    answer["usage"]["ms"] = round((time.perf_counter() - started) * 1000)
    return answer
