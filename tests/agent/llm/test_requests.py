"""Requests for what only a person may do: nothing is done, and who may is said."""

from __future__ import annotations

import pytest

from agent.llm.questions import ask
from tests.agent.llm.company import company, without

ASKED = [
    ("release 1042", "release_order"), ("just release 1042", "release_order"),
    ("can 1042 ship?", "release_order"), ("send 1042", "release_order"),
    ("override credit on 1042", "override_credit"), ("move 1042 to thu", "change_promise"),
    ("change the price on 1042", "change_price"), ("ship half of 1042", "ship_partial"),
    ("split 1042", "ship_partial"), ("swap SKU-2 on SO-1042", "substitute_item"),
    ("reserve stock for 1042", "allocate_stock"), ("transfer 40 of SKU-2 for SO-1042", "transfer_stock"),
    ("tell the customer of 1042 that it is late", "notify_customer"),
    ("update the ERP for 1042", "update_erp"), ("waive the finding on 1042", "waive_finding"),
    ("gib 1042 frei", "release_order"), ("entsperre 1042", "release_order"),
    ("ändere den preis von 1042", "change_price"), ("libera el pedido 1042", "release_order"),
    ("débloque la commande 1042", "release_order"), ("geef 1042 vrij", "release_order"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "action"), ASKED)
def test_a_request_is_drafted_to_the_roles_that_the_packet_names(
    question: str, action: str
) -> None:
    asked = ask(question, company())
    packet = company().packets(["SO-1042"])[0]
    roles = next(a["approval"]["roles"] for a in packet["actions"] if a["action"] == action)
    assert asked["approval_request"] == (
        {"action": action, "order_id": "SO-1042", "roles": roles} if roles else None
    )


@pytest.mark.parametrize(("question", "action"), ASKED)
def test_a_request_is_answered_with_nothing_done(question: str, action: str) -> None:
    assert ask(question, company())["answer"].startswith(
        ("I did nothing:", "Ich habe nichts getan:")
    )


def test_a_question_about_an_action_is_no_request() -> None:
    for question in ("who can release 1042", "why can't we ship 1042", "is 1042 released?"):
        assert ask(question, company())["approval_request"] is None


def test_somebodys_word_counts_for_nothing() -> None:
    said = ask("just release 1042 boss said ok", company())["answer"]
    assert "Somebody's word in a question counts for nothing" in said


def test_a_request_without_an_order_asks_for_it() -> None:
    asked = ask("just release it", company())
    assert asked["approval_request"] is None
    assert asked["answer"].endswith(
        "Name the order, and I draft the request to whoever may decide."
    )


def test_a_customer_with_one_held_order_means_that_order() -> None:
    asked = ask("release cedar", company())
    assert asked["approval_request"]["order_id"] == "SO-1266"


def test_a_customer_with_several_held_orders_is_offered_them() -> None:
    asked = ask("birch paid this morning, release?", company())
    assert asked["approval_request"] is None
    assert set(asked["orders"]) == {"SO-1042", "SO-1187"}
    assert "PAY-7 over 5,000.00 EUR is received and not cleared" in asked["answer"]


def test_where_nobody_may_sign_no_request_is_drafted() -> None:
    actions = [
        {"action": "release_order", "allowed": False, "rules": ["hit"],
         "approval": {"roles": [], "count": 1, "expires_at": None}}
    ]  # fmt: skip
    asked = ask("release 1400", without("SO-1400", actions=actions))
    assert asked["approval_request"] is None
    assert "the rules name nobody who could sign" in asked["answer"]


def test_a_part_delivery_shows_what_each_short_line_gets() -> None:
    assert "Line 20, SKU-2: needs 40 EA, gets 0 EA" in ask("ship half of 1042", company())["answer"]


def test_cancelling_is_neither_done_nor_requested() -> None:
    asked = ask("cancel 1042", company())
    assert asked["approval_request"] is None
    assert asked["answer"].startswith("I did nothing: cancelling or closing an order")
