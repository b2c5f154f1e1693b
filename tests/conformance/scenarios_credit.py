"""Credit cases of peers' suites (C..). The amounts are EUR unless a case is about currencies."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from agent.review.stages import review_book
from policies.settings import Rules
from tests.conformance.reading import Said, Tables, case_of, credit
from tests.credit_rows import account, invoice, order
from tests.policies import test_credit_hold_standing as standing

OVER = ["exposure_over_limit"]


def worth(amount: str, **columns: str) -> Tables:
    """The order under review at an amount."""
    line = {"order_id": "SO-1", "line_no": "10", "ordered_qty": "1", "unit_price": amount}
    return {"order_lines": [{**line, **columns}]}


def owed(amount: str, number: int = 1, **columns: str) -> Tables:
    """An open invoice, not yet due."""
    return {"invoices": [invoice(number, amount=amount, open_amount=amount, **columns)]}


def head(**columns: str) -> Tables:
    """Changed columns of the order under review."""
    return {"orders": [{"order_id": "SO-1", **columns}]}


def c01_orders_of_another_company_do_not_count(rules: Rules) -> None:
    both = (
        account(credit_limit="1000"),
        {"credit_accounts": [{"customer_id": "CU-1", "company_id": "C2", "credit_limit": "1000",
                              "currency": "EUR", "limit_valid_to": "2026-12-31"}]},
        order(2, "100", company_id="C2"),
        worth("0"),
    )  # fmt: skip
    first, second = credit(rules, *both), credit(rules, *both, order_id="SO-2")
    assert (first["exposure_after"], first.codes) == (0, [])
    assert (second["exposure_after"], second["headroom"], second.codes) == (1000, 0, [])


def c02_a_draft_invoice_does_not_stand_beside_its_order(rules: Rules) -> None:
    limit, mine = account(credit_limit="1000"), worth("1000")
    for draft in ("500", "1500"):
        said = credit(rules, limit, mine, owed(draft, posted="false", order_id="SO-1"))
        assert (said["exposure_after"], said.codes) == (1000, [])
    posted = credit(rules, limit, worth("1000", invoiced_qty="1"), owed("1500", order_id="SO-1"))
    assert (posted["exposure_after"], posted["excess"], posted.codes) == (1500, 500, OVER)


def c03_the_order_in_the_currency_of_the_account(rules: Rules) -> None:
    limit, dollars = account(credit_limit="50"), head(currency="USD")
    rates: Tables = {
        "fx_rates": [{"from_currency": "EUR", "to_currency": "USD", "valid_on": "2026-02-01",
                      "rate": "2"},
                     {"from_currency": "USD", "to_currency": "EUR", "valid_on": "2026-02-01",
                      "rate": "0.5"}]
    }  # fmt: skip
    below = credit(rules, limit, dollars, rates, worth("45"))
    above = credit(rules, limit, dollars, rates, worth("110"))
    posted = credit(
        rules, limit, dollars, rates, worth("110", invoiced_qty="1"),
        owed("110", currency="USD", order_id="SO-1"),
    )  # fmt: skip
    assert (below["exposure_after"], below.codes) == (Decimal("22.5"), [])
    assert (above["exposure_before"], above["exposure_after"], above.codes) == (0, 55, OVER)
    assert (posted["exposure_before"], posted["exposure_after"], posted.codes) == (55, 55, OVER)


def c04_an_unrelated_invoice_stands_beside_the_order(rules: Rules) -> None:
    limit, mine = account(credit_limit="1000"), worth("1000")
    for amount, after in (("100", 1100), ("2000", 3000)):
        said = credit(rules, limit, mine, owed(amount))
        assert (said["exposure_before"], said["exposure_after"]) == (Decimal(amount), after)
        assert said.codes == OVER


def c06_an_empty_limit_is_not_unlimited(rules: Rules) -> None:
    for added in ("0", "100"):
        said = credit(rules, account(credit_limit=""), owed("100"), worth(added))
        assert (said["exposure_after"], said["limit"]) == (100 + int(added), None)
        assert (said.codes, said.not_known) == ([], ["no credit limit on file"])


def c07_a_limit_of_zero_allows_nothing(rules: Rules) -> None:
    said = credit(rules, account(credit_limit="0"), owed("100"), worth("0"))
    assert (said["exposure_after"], said["excess"], said.codes) == (100, 100, OVER)


def c08_the_order_is_added_to_what_is_owed(rules: Rules) -> None:
    limit = account(credit_limit="200")
    same, more = (credit(rules, limit, owed("100"), worth(added)) for added in ("0", "150"))
    assert (same["exposure_after"], same.codes) == (100, [])
    assert (more["exposure_after"], more["excess"], more.codes) == (250, 50, OVER)


def c10_other_orders_against_one_limit(rules: Rules) -> None:
    other, mine = order(2, "10"), worth("100")
    for limit, excess in (("99", 101), ("150", 50), ("100", 100)):
        said = credit(rules, account(credit_limit=limit), other, mine)
        assert (said["exposure_before"], said["exposure_after"]) == (100, 200)
        assert (said["excess"], said.codes) == (excess, OVER)
    alone = account(credit_limit="100", include_open_orders="false")
    said = credit(rules, alone, other, mine)
    assert (said["exposure_after"], said.codes) == (100, [])


def c11_the_value_counts_once_from_order_to_invoice(rules: Rules) -> None:
    billed = worth("100", invoiced_qty="1")
    bill = owed("100", order_id="SO-1")
    note = owed("100", 2, kind="credit_note")
    stages: list[tuple[Tables, Tables, int, int]] = [
        (worth("100"), {}, 100, 0),
        (worth("100"), owed("100", posted="false", order_id="SO-1"), 100, 0),
        (billed, bill, 0, 100),
        (worth("100"), {"invoices": bill["invoices"] + note["invoices"]}, 100, 0),
        (worth("100", ordered_qty="0"), {}, 0, 0),
    ]
    for line, documents, of_order, before in stages:
        said = credit(rules, line, documents)
        assert (said["components"]["this_order"], said["exposure_before"]) == (of_order, before)
        assert said["exposure_after"] == of_order + before


def c12_an_invoice_of_550_gross(rules: Rules) -> None:
    nothing = worth("0")
    draft = credit(rules, account(credit_limit="100"), nothing, owed("550", posted="false"))
    assert (draft["exposure_after"], draft.codes) == (0, [])
    for limit, codes in (("100", OVER), ("1100", [])):
        said = credit(rules, account(credit_limit=limit), nothing, owed("550"))
        assert (said["exposure_after"], said.codes) == (550, codes)
    overdue = account(overdue_amount_limit="499")
    said = credit(rules, overdue, nothing, owed("550", due_on="2026-01-01"))
    assert (said["overdue"], said.codes) == (550, ["overdue"])
    second = credit(rules, account(credit_limit="900"), nothing, owed("550"), owed("550", 2))
    assert (second["exposure_after"], second["excess"], second.codes) == (1100, 200, OVER)


def _at_rate(rules: Rules, rate: str) -> Said:
    rates = [
        {"from_currency": "USD", "to_currency": "EUR", "valid_on": day, "rate": value}
        for day, value in (("2026-02-27", rate), ("2026-03-01", "9"))
    ]
    dollars = head(currency="USD")
    return credit(rules, account(credit_limit="99"), dollars, worth("100"), {"fx_rates": rates})


def c14_the_rate_of_the_order_keeps_it_below_the_limit(rules: Rules) -> None:
    said = _at_rate(rules, "0.5")
    assert (said["exposure_after"], said.codes) == (50, [])


def c15_the_rate_of_the_order_puts_it_over_the_limit(rules: Rules) -> None:
    said = _at_rate(rules, "1.5")
    assert (said["exposure_after"], said["excess"], said.codes) == (150, 51, OVER)


def c16_the_limit_is_checked_again_when_the_order_is_ready_to_leave(rules: Rules) -> None:
    for status in ("open", "released", "shipped"):
        said = credit(rules, account(credit_limit="999"), head(status=status))
        assert (said["exposure_after"], said["excess"], said.codes) == (1000, 1, OVER)


def c17_a_limit_below_what_is_owed_refuses_anything_further(rules: Rules) -> None:
    limit, outstanding = account(credit_limit="450"), owed("500")
    stages = [
        ("open", {}, "500.01"), ("shipped", {"shipped_qty": "1"}, "500.01"),
        ("invoiced", {"shipped_qty": "1", "invoiced_qty": "1"}, "500"),
    ]  # fmt: skip
    for status, columns, after in stages:
        said = credit(rules, limit, outstanding, worth("0.01", **columns), head(status=status))
        assert (said["exposure_after"], said.codes) == (Decimal(after), OVER)


def c19_a_limit_lowered_below_what_is_owed_shows_at_the_next_review(rules: Rules) -> None:
    before, after = (
        credit(rules, account(credit_limit=limit), owed("500"), worth("0"))
        for limit in ("500", "400")
    )
    assert (before["headroom"], before.codes) == (0, [])
    assert (after["excess"], after.codes) == (100, OVER)


def c20_an_invoice_is_overdue_the_day_after_the_date_that_it_names(rules: Rules) -> None:
    for due in ("2016-02-21", "2017-02-21", "2016-02-29", "2017-02-28", "2016-01-22"):
        bill = owed("1", issued_on="2016-01-22", due_on=due)
        noon = datetime.fromisoformat(f"{due}T12:00:00+01:00")
        same, later = (
            credit(rules, bill, as_of=moment) for moment in (noon, noon + timedelta(days=1))
        )
        assert (same["overdue"], same.codes) == (0, [])
        assert (later["overdue"], later["oldest_overdue_days"]) == (1, 1)
        assert later.codes == ["overdue"]


def c21_the_limit_of_the_group_counts_for_its_members(rules: Rules) -> None:
    group: Tables = {
        "customers": [{"customer_id": "CU-G"}, {"customer_id": "CU-9", "parent_customer_id": "CU-G"}],
        "credit_accounts": [{"customer_id": "CU-G", "company_id": "C1", "credit_limit": "350000",
                             "currency": "EUR"}],
        **head(customer_id="CU-9"),
    }  # fmt: skip
    said = credit(rules, group)
    assert (said["limit"], said["exposure_after"], said.codes) == (350000, 1000, [])
    full = credit(rules, group, owed("349000.01", customer_id="CU-G"))
    assert (full["exposure_after"], full.codes) == (Decimal("350000.01"), OVER)


def c22_a_frozen_or_disabled_customer_holds_the_order(rules: Rules) -> None:
    standing.test_a_customer_is_blocked_for_orders_shipping_or_all("all", True)
    standing.test_an_inactive_customer_is_blocked("inactive", 1)


def c23_a_forced_hold_stands_whatever_the_figures_say(rules: Rules) -> None:
    hold = {"hold_id": "H-1", "order_id": "SO-1", "code": "CRED", "status": "active"}
    for forced, path in (("true", "hold"), ("false", "ship")):
        case = case_of(rules, {"holds": [{**hold, "forced": forced}]})
        (packet,) = review_book(case.book, ["SO-1"], rules)
        assert packet["exceptions"] == []
        assert [entry["hold_id"] for entry in packet["hold_check"]] == ["H-1"]
        assert packet["recommendation"]["disposition"] == path
        release = next(a for a in packet["actions"] if a["action"] == "release_order")
        assert (release["allowed"], release["rules"]) == (False, ["agent-locked"])
