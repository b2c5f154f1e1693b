"""Say what a question wants: one intent, by its words and by what it names. Rules, no model."""

from __future__ import annotations

from typing import Literal, get_args

from agent.llm.lexicon import pattern
from agent.llm.parse import Asked
from agent.llm.subject import Subject
from policies.guard import BUSINESS_ROLES

Intent = Literal[
    "why", "who", "clear", "status", "headroom", "fits", "stock", "contest", "substitute", "price",
    "compliance", "duplicate", "payment", "list", "worst", "total", "request", "clarify",
    "which_order", "which_customer", "unknown_order", "unknown_customer", "history", "help",
]  # fmt: skip
INTENTS: tuple[Intent, ...] = get_args(Intent)

ACTIONS = ("change_credit_limit", "override_credit", "change_price", "change_promise",
           "transfer_stock", "ship_partial", "substitute_item", "notify_customer", "update_erp",
           "release_order", "allocate_stock", "waive_finding")  # fmt: skip
"""Locked actions in the order in which their words are tried, the most particular first."""

CLASS_WORDS = {
    "compliance": "compliance_issue", "credit": "credit_hold",
    "conflict": "customer_priority_conflict", "substitute_topic": "substitution_need",
    "stock": "stock_shortage", "price": "price_mismatch", "route": "route_risk",
    "approval": "approval_gap",
}  # fmt: skip
"""The exception class of which a group of words speaks."""
LISTED = ("route", "approval", "conflict", "credit", "compliance")
"""Classes that ask for their list by being named; goods and prices may be meant of one order."""
ROLE_WORDS = tuple(f"role_{role}" for role in BUSINESS_ROLES)
TOPICS: tuple[tuple[str, Intent], ...] = (
    ("duplicate", "duplicate"), ("fit_word", "fits"), ("compliance", "compliance"),
    ("contest", "contest"), ("substitute_topic", "substitute"), ("price", "price"),
    ("headroom", "headroom"), ("payment", "payment"), ("stock", "stock"),
    ("credit", "headroom"), ("status", "status"), ("route", "status"), ("total", "status"),
)  # fmt: skip


def action_of(asked: Asked) -> str | None:
    """The locked action that the words ask for, if any."""
    return next((action for action in ACTIONS if asked.has(action)), None)


def is_imperative(asked: Asked) -> bool:
    """Whether it begins with an action ("release all of them"); polite words are skipped."""
    text = asked.text.lstrip(" ¿¡\"'")
    while found := pattern("polite", asked.language).match(text):
        if not found.end():
            break
        text = text[found.end() :].lstrip(" ,.!:")
    tries = [pattern(action, asked.language) for action in (*ACTIONS, "cancel")]
    tries += [pattern(action, "en") for action in (*ACTIONS, "cancel")]
    return any(one.match(text) for one in tries)


def _is_question(asked: Asked) -> bool:
    """Whether an action's word stands in a question about it: who may, why not, what is needed."""
    return asked.has("why_word", "who", "clear", "already") or (
        asked.has("status") and not asked.has("change_promise", "ship_partial")
    )


def _request(asked: Asked, subject: Subject) -> bool:
    if asked.has("cancel"):
        return is_imperative(asked) or bool(subject.orders)
    action = action_of(asked)
    if action is None:
        return False
    if is_imperative(asked):
        return True
    if _is_question(asked):
        return False
    return not asked.has("list_word", "worst", "fits") or bool(subject.orders)


def _of_order(asked: Asked, subject: Subject) -> Intent:
    """What is asked about one or a few orders that were found."""
    if asked.has("duplicate"):
        return "duplicate"
    if asked.has("already") and not asked.has("why_word", "who", "clear"):
        return "status"
    if asked.has("who", "approval") and not asked.has("contest", "why_word"):
        return "who"
    if asked.has("contest", "substitute_topic", "compliance", "price") and not asked.has("held"):
        return next(intent for topic, intent in TOPICS if asked.has(topic))
    return _plainly(asked, "stock" if subject.skus or subject.lines else "why")


def _plainly(asked: Asked, otherwise: Intent) -> Intent:
    if asked.has("clear"):
        return "clear"
    if asked.has("why_word"):
        return "why"
    if asked.has("why", "held") and not asked.has("stock", "credit", "status"):
        return "why"
    return next((intent for topic, intent in TOPICS if asked.has(topic)), otherwise)


def _of_customer(asked: Asked) -> Intent:
    if asked.has("fits"):
        return "fits"
    if asked.has("headroom"):
        return "headroom"
    if asked.has("compliance") and not asked.has("list_word", "held"):
        return "compliance"
    if asked.has("payment") and not asked.has("list_word"):
        return "payment"
    if asked.has("total") and not asked.has("list_word"):
        return "total"
    if asked.has("credit") and not asked.has("list", "held", "why"):
        return "headroom"
    return "list"


def _of_article(asked: Asked) -> Intent:
    if asked.has("contest", "substitute_topic"):
        return "contest" if asked.has("contest") else "substitute"
    return "list" if asked.has("route", "compliance", "list_word") else "stock"


def _is_screening(asked: Asked) -> bool:
    return asked.has("compliance") and not asked.has("list", "held")


def _of_queue(asked: Asked, subject: Subject) -> Intent:
    if asked.has("worst", "biggest", "oldest"):
        return "worst"
    if subject.skus:
        return _of_article(asked)
    if subject.nobody and (asked.called or _is_screening(asked)):
        return "unknown_customer"
    if asked.has("total") and not asked.bounds:
        return "total"
    if asked.bounds or asked.has(
        "list", "held", "clean", "fits", "disagree", "if_paid", *ROLE_WORDS
    ):
        return "list"
    if asked.has(*LISTED) and not asked.has("why_word"):
        return "list"
    if asked.has(
        *CLASS_WORDS, "why", "who", "clear", "status", "headroom", "contest", "duplicate", "payment"
    ):
        return "clarify"
    return "help"


def intent_of(asked: Asked, subject: Subject) -> Intent:
    """What the question wants."""
    if subject.several:
        return "which_order"
    if subject.unknown and not subject.orders:
        return "unknown_order"
    if _request(asked, subject):
        return "request"
    if asked.has("history"):
        return "history"
    if subject.orders:
        return _of_order(asked, subject)
    if subject.customers:
        intent = _of_customer(asked)
        one_of = len(subject.customers) > 1 and intent not in ("list", "total")
        return "which_customer" if one_of else intent
    if subject.nobody and asked.has("headroom", "fits", "payment"):
        return "unknown_customer"
    return _of_queue(asked, subject)
