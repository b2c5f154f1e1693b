"""Questions through the service: the order in view is what a question without one is about."""

from __future__ import annotations

from typing import Any

from agent.app.service import acts
from agent.app.service.identity import Who
from agent.app.service.office import Office
from agent.llm.questions import ask, understand
from agent.review.masking import masked_answer


def answer(office: Office, who: Who, question: str, order: str | None = None) -> dict[str, Any]:
    """Answer a question as far as the person may see: other companies' orders do not exist."""
    source = office.source(who.view)
    asked = question
    if order and not understand(question, source)[2].orders:
        asked = f"{question} {acts.review_order(office, who, order)['order_id']}"
    answered = ask(asked, source)
    acts.note_read(office, who, answered["orders"], "ask")
    return {**masked_answer(answered, who.view), "question": question}
