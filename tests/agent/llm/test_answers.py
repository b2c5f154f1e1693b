"""What answers hold: the answer first, the reasons, what clears it, who decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agent.llm.questions import ask
from tests.agent.llm.company import company, without


def answer(question: str) -> str:
    return str(ask(question, company())["answer"])


def figure(asked: dict[str, Any], name: str) -> str:
    return str(asked["calculations"][name]["value"])


# One order


def test_why_begins_with_the_weightiest_reason() -> None:
    assert answer("why is 1042 blocked").startswith("SO-1042 is blocked: exposure 14,600.00 EUR")


def test_why_names_every_class_and_every_hold() -> None:
    said = answer("why is 1042 blocked")
    assert "Also stock shortage:" in said
    assert "Hold H-3 (ATP-SHORT at stage allocate) means stock shortage" in said


def test_why_says_what_clears_it_and_who_decides() -> None:
    said = answer("why is 1042 blocked")
    assert "To clear credit hold: A cleared payment of 2,600.00 EUR clears it" in said
    assert said.endswith("Who decides on SO-1042: credit control, C.")


def test_an_order_that_is_not_held_is_said_to_be_clear() -> None:
    assert "SO-1 is not on hold and every check is clear." in answer("why SO-1")


def test_a_forced_hold_is_never_said_to_be_cleared_by_figures() -> None:
    assert "is forced: figures never clear it" in answer("what would clear 1400")


def test_what_is_not_known_is_said_with_the_reason() -> None:
    gap = {"check": "route_risk", "missing": ["routes"], "why": "there are no routes"}
    source = without("SO-1400", not_known=[gap])
    said = ask("why 1400", source)["answer"]
    assert "I don't know about route risk, because there are no routes." in said


def test_who_names_roles_signatures_and_who_may_not() -> None:
    said = answer("who has to sign 1042")
    assert said.startswith("Who decides on SO-1042: credit control, C.")
    assert "For releasing the order, signatures needed: 1, of finance." in said
    assert "Not u.sales, who entered the order." in said


def test_what_would_clear_lists_every_finding() -> None:
    said = answer("what would clear 1042")
    assert said.index("To clear credit hold:") < said.index("To clear stock shortage:")


def test_status_gives_promise_feasible_date_and_what_binds() -> None:
    said = answer("where is 1301")
    assert (
        "SO-1301 of Alder Foods, net 1,200.00 EUR, has status blocked and is promised for 6 Mar 2026."
        in said
    )
    assert "The earliest feasible delivery is" in said
    assert "To keep the promise, act by" in said


def test_an_unknown_delivery_date_is_said() -> None:
    assert "No feasible delivery date is known." in answer("where is 1042")


def test_stock_names_the_line_asked_about() -> None:
    said = answer("stock on 1042 line 20")
    assert "Line 20, SKU-2: needs 40 EA, gets 0 EA, short by 40 EA." in said
    assert "SKU-1" not in said


def test_a_contest_names_the_orders_that_take_the_goods() -> None:
    asked = ask("is anyone ahead of SO-1500", company())
    assert "want" in asked["answer"]
    assert any(ref.startswith("orders/SO-1042") for ref in asked["evidence"])


def test_no_substitute_is_said() -> None:
    said = answer("anything else instead of SKU-2 for SO-1042")
    assert "No usable substitute is on file for SKU-2 on SO-1042." in said


def test_an_order_that_lacks_nothing_needs_no_substitute() -> None:
    assert answer("substitute for 1187") == (
        "No line of SO-1187 is short, so nothing has to take its place."
    )


def test_a_price_says_charged_expected_and_difference() -> None:
    said = answer("price on 1301 l10 wrong?")
    assert "12.00 EUR" in said
    assert "10.00 EUR" in said
    assert "overcharged" in said


def test_a_right_price_is_said_to_be_as_expected() -> None:
    assert "charged 10.00 EUR, as expected by PR-1." in answer("price on 1187 wrong?")


def test_compliance_is_never_leave_to_ship() -> None:
    said = answer("screening of 1187 ok?")
    assert said.startswith("No finding of compliance issue stands for SO-1187.")
    assert said.endswith("it is no leave to ship.")


def test_a_comparison_says_whether_the_customers_number_is_the_same() -> None:
    said = answer("is 1187 a dup of 1301")
    assert "SO-1187 and SO-1301 carry the same customer order number PO-77." in said
    assert "They are of different customers: Birch Retail and Alder Foods." in said


# A customer


def test_headroom_says_by_how_much_the_account_is_over() -> None:
    said = answer("how much can birch still order")
    assert said.startswith("Birch Retail can order nothing more: with SO-1042 the exposure")
    assert "over the limit 12,000.00 EUR by 2,600.00 EUR" in said


def test_headroom_left_is_the_limit_less_exposure() -> None:
    asked = ask("alder headroom", company())
    assert asked["answer"].startswith("Alder Foods can still order ")
    room, limit = Decimal(figure(asked, "credit.headroom")), Decimal(figure(asked, "credit.limit"))
    assert room == limit - Decimal(figure(asked, "credit.exposure_after"))


def test_the_arithmetic_of_an_exposure_is_shown_on_request() -> None:
    said = answer("how is the exposure of 1042 computed")
    assert "Behind it, invoices: 9,000.00 EUR." in said
    assert "Behind it, open orders: 200.00 EUR." in said


def test_overdue_is_said_beside_the_headroom() -> None:
    assert "700.00 EUR is overdue" in answer("cedar headroom")


def test_what_fits_comes_first_with_what_it_leaves() -> None:
    said = answer("which of birchs orders fit under the limit")
    assert said.index("SO-1187 at 200.00 EUR fits") < said.index("SO-1042 at 5,400.00 EUR does not")


def test_a_received_payment_is_told_apart_from_a_cleared_one() -> None:
    said = answer("has birch paid")
    assert "PAY-7 over 5,000.00 EUR is received and not cleared" in said


def test_a_customer_without_orders_has_no_headroom_figure() -> None:
    said = answer("dogwod headroom")
    assert said == (
        "Dogwood & Söhne has no unfinished order on file, and headroom is worked out at an order."
    )


def test_an_unknown_limit_is_said_to_be_unknown() -> None:
    kept = {
        place: source
        for place, source in company().packets(["SO-1301"])[0]["bindings"].items()
        if not place.startswith("credit/")
    }
    source = without("SO-1301", bindings=kept)
    assert "I don't know the headroom of Alder Foods" in ask("alder headroom", source)["answer"]


# The queue


def test_a_list_gives_number_total_and_each_order() -> None:
    said = answer("list credit holds")
    assert said.startswith("Held orders with credit hold: 3. Net 5,700.00 EUR in total.")
    assert "SO-1187 of Birch Retail, net 200.00 EUR: credit hold; credit control decides" in said


def test_a_list_over_an_amount_says_the_currency_it_compared_in() -> None:
    assert answer("held orders over 2k").startswith("Held orders above 2,000.00 USD net: 2.")


def test_an_amount_in_another_currency_is_compared_at_the_rate_of_the_day() -> None:
    said = answer("held orders over 2,900 EUR")
    assert said.startswith("Held orders above 2,900.00 EUR net: 2.")
    assert "compared at the rate 1.1 of 1 Jan 2026" in said


def test_an_amount_exactly_at_the_bound_is_not_above_it() -> None:
    assert "SO-1187" not in ask("credit holds over 200 EUR", company())["orders"]
    assert "SO-1187" in ask("credit holds over 199.99 EUR", company())["orders"]
    assert "SO-1187" in ask("credit holds of at least 200 EUR", company())["orders"]


def test_a_value_that_cannot_be_compared_is_counted() -> None:
    said = answer("held orders over 100 CHF")
    assert said.startswith("No held order fits above 100.00 CHF net.")
    assert "Not compared, because their value in CHF is not known: 6." in said


def test_orders_that_a_payment_would_free_are_found() -> None:
    asked = ask("alle kredit sperren die mit heutiger zahlung frei wären", company())
    assert set(asked["orders"]) == {"SO-1042", "SO-1187"}


def test_totals_of_several_currencies_stand_each_and_together() -> None:
    said = answer("total blocked")
    assert "Net 3,300.00 USD in total." in said
    assert "USD net, converted at the rates of the day." in said


def test_a_total_is_the_sum_of_its_orders() -> None:
    asked = ask("how much is stuck in credit", company())
    total = asked["calculations"]["ask.net_EUR"]
    assert total["value"] == "5700"
    assert total["formula"] == "sum(net)"
    assert total["inputs"] == ["SO-1266.net", "SO-1187.net", "SO-1042.net"]


def test_a_total_names_the_oldest_hold_and_warns_of_counting_twice() -> None:
    said = answer("how much rev is stuck in credit, how old")
    assert "The oldest hold among them dates from" in said
    assert "sums over classes overlap" in said


def test_the_worst_come_with_what_clears_each() -> None:
    said = answer("top 2")
    assert said.startswith("The most pressing of 6 held orders")
    assert said.count("; credit control decides") == 2
    assert "To clear credit hold:" in said


def test_what_is_forced_is_not_among_what_may_be_free_to_go() -> None:
    assert answer("which orders can be released") == (
        "No held order fits without any finding and no forced hold."
    )


def test_an_order_held_without_a_finding_still_needs_a_decision() -> None:
    said = answer("held for nothing?")
    assert "SO-1400" in said
    assert said.endswith("Each of them still needs a person's decision.")


def test_a_list_by_role_holds_what_that_role_decides() -> None:
    assert ask("which orders are with the warehouse", company())["orders"] == ["SO-1500"]


# Not found, and other languages


def test_an_unknown_order_gets_the_nearest() -> None:
    said = answer("so 1024")
    assert said.startswith("There is no order 1024. Did you mean SO-1042")


def test_two_matches_are_asked_about_and_listed() -> None:
    said = answer("1500")
    assert said.startswith("1500 fits more than a single order; which do you mean?")
    assert "SO-1500 of Kestrel Hospitality" in said
    assert "QT-1500 of Kestrel Hospitality" in said


def test_a_customers_order_number_finds_the_order() -> None:
    assert "SO-1042 of Birch Retail" in answer("PO 4500017723 birch where")


def test_a_name_that_fits_several_customers_is_asked_about() -> None:
    assert answer("elm stores headroom").endswith("Elm Stores North, Elm Stores South?")


def test_what_is_not_covered_is_answered_with_what_is() -> None:
    assert answer("what is the weather").startswith("I can answer these kinds of questions:")


def test_a_german_question_is_answered_in_german_with_german_numbers() -> None:
    said = answer("warum ist 1042 gesperrt")
    assert said.startswith("SO-1042 ist gesperrt: Kreditsperre, Fehlmenge und Tourenrisiko.")
    assert "Das Obligo 14.600,00 EUR liegt um 2.600,00 EUR über dem Limit 12.000,00 EUR." in said


def test_other_languages_are_answered_in_english_with_the_same_citations() -> None:
    spanish, english = (
        ask(q, company()) for q in ("por qué está bloqueado 1042", "why is 1042 blocked")
    )
    assert spanish["sentences"] == english["sentences"]


def test_an_answer_says_that_no_model_was_called() -> None:
    asked = ask("why 1042", company())
    assert asked["answered_by"] == "rules"
    assert asked["usage"]["llm_calls"] == 0
    assert set(asked) == {
        "question", "answer", "sentences", "orders", "calculations", "evidence",
        "approval_request", "answered_by", "usage",
    }  # fmt: skip
