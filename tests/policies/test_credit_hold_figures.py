"""Every figure of credit_hold computes from its formula, and every sentence can be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent.review.render import Renderer
from agent.review.verify.formula import BY_RULE, compute
from agent.review.verify.sentences import sentence_problem
from policies.checks.credit_hold import check
from policies.findings import CheckResult, Sentence
from policies.settings import Settings, load_rules
from tests.builders import a_case
from tests.credit_rows import Changes, account, invoice, order, payment, together
from tools.rows import Cell, Figure, Trail

RULES: Settings = load_rules()


def credit(**changes: Any) -> Settings:
    return RULES.model_copy(update={"credit": RULES.credit.model_copy(update=changes)})


STRICT = credit(limit_comparator=">=", tolerance_pct=Decimal("2.5"))
REACHED = credit(limit_comparator=">=")

RICH: tuple[Changes, ...] = (
    account(credit_limit="100.005", temporary_limit="33", limit_valid_to="2026-01-01",
            next_review_on="2026-01-01", manual_hold="on", overdue_amount_limit="1.5",
            insured_amount="5"),
    {"invoices": [
        invoice(1, due_on="2026-01-10", disputed_amount="20"),
        invoice(2, due_on="2026-02-10", currency="USD", open_amount="71.37", disputed_amount="3"),
        invoice(3, kind="credit_note", currency="USD", open_amount="11.11"),
        invoice(4, kind="deposit", open_amount="1300", order_id="SO-1"),
        invoice(5, kind="deposit", open_amount="40", currency="USD"),
        invoice(6, kind="debit_note", open_amount="12.345"),
     ],
     "payments": [
        payment(1, order_id="SO-2"), payment(2, invoice_id="I-5"), payment(3, status="received"),
        payment(4, order_id="SO-3", currency="USD"), payment(5, order_id="SO-1"),
        payment(6, status="received", unapplied_amount="9000"),
        payment(7, status="bounced", invoice_id="I-4"),
     ],
     "securities": [{"security_id": "SE-1", "order_id": "SO-1", "kind": "guarantee",
                     "amount": "10", "currency": "USD"}],
     "payment_promises": [{"promise_id": "PP-1", "customer_id": "CU-1", "amount": "5",
                           "currency": "EUR", "promised_on": "2026-02-01", "status": "open"}],
     "order_charges": [{"order_id": "SO-1", "charge_no": "1", "kind": "freight", "amount": "9.99",
                        "tax_rate": "19"}],
     "customers": [{"customer_id": "CU-1", "blocked_scope": "all", "status": "inactive"}],
     "orders": [{"order_id": "SO-1", "payment_terms_days": "90", "currency": "USD"}]},
    order(2, "100", status="blocked"),
    order(3, "10", ship_on="2025-01-01"),
    order(4, "7", discount_pct="3", tax_rate="19"),
)  # fmt: skip

SCENES: dict[str, tuple[tuple[Changes, ...], Settings]] = {
    "clear": ((), RULES),
    "over": (({"invoices": [invoice(open_amount="90000")]},), RULES),
    "rich": (RICH, RULES),
    "rich, strict": (RICH, STRICT),
    "cash explains": (
        ({"invoices": [invoice(due_on="2026-01-01")],
          "payments": [payment(unapplied_amount="700")]},), RULES,
    ),
    "reached": (({"invoices": [invoice(open_amount="49000")]},), REACHED),
    "crowd": (tuple(order(n, str(n), status="blocked", ship_on="2025-01-01" if n % 3 else "")
                    for n in range(2, 240)), RULES),
    "crowd of payments": (
        ({"payments": [payment(n, unapplied_amount="1") for n in range(300)]
          + [payment(999, unapplied_amount="1200", order_id="SO-1")]},), RULES,
    ),
    "excluded": ((*RICH, account(manual_hold="off")), RULES),
    "no limit": ((account(credit_limit=""),), RULES),
}  # fmt: skip


def leaves(node: Any) -> Iterator[Figure | Cell]:
    if isinstance(node, Figure | Cell):
        yield node
    elif isinstance(node, dict):
        for item in node.values():
            yield from leaves(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from leaves(item)


def sentences(result: CheckResult) -> Iterator[Sentence]:
    for finding in result.findings:
        yield finding.statement
        yield finding.clears_when.text
    for note in result.notes:
        yield note.note


def judged(name: str) -> CheckResult:
    parts, settings = SCENES[name]
    return check(a_case(together(*parts), conventions=settings.conventions()), settings)


def all_figures(result: CheckResult) -> list[Figure]:
    """Every figure object under the result, also two of the same id."""
    stack: list[Any] = [*leaves(result.sections), *leaves(result.shared)]
    for finding in result.findings:
        stack += leaves(dict(finding.values))
    for sentence in sentences(result):
        stack += sentence.figures.values()
    found, seen = [], set()
    while stack:
        item = stack.pop()
        if isinstance(item, Figure) and id(item) not in seen:
            seen.add(id(item))
            found.append(item)
            stack += item.inputs
    return found


@pytest.mark.parametrize("name", SCENES)
def test_every_figure_computes_to_its_value(name):
    for figure in all_figures(judged(name)):
        if figure.formula.startswith(BY_RULE):
            continue
        values: dict[str, list[Decimal]] = defaultdict(list)
        for source in figure.inputs:
            if isinstance(source, Cell):
                values[source.column].append(source.row.amount(source.column))
            else:
                values[source.id.rsplit(".", 1)[-1]].append(source.number)
        again = compute(figure.formula, values, figure.unit)
        assert abs(again - figure.number) < Decimal("1e-9"), (figure.id, figure.formula)


@pytest.mark.parametrize("name", SCENES)
def test_an_id_stands_for_a_single_figure(name):
    meant: dict[str, tuple[Any, ...]] = {}
    for figure in all_figures(judged(name)):
        content = (figure.value, figure.unit, figure.formula, [s.id for s in figure.inputs])
        assert meant.setdefault(figure.id, content) == content


@pytest.mark.parametrize("name", SCENES)
def test_every_sentence_binds_what_it_counts_and_promises_nothing(name):
    renderer = Renderer(ZoneInfo("Europe/Berlin"), {})
    for sentence in sentences(judged(name)):
        made = renderer.sentence(sentence)
        shown = [figure["rendered"] for figure in made["figures"]]
        assert all(shown), sentence
        assert sentence_problem(made["text"], shown) is None, made["text"]
        assert made["citations"] or "further" in sentence.template.lower(), sentence


def test_money_is_in_the_accounts_currency():
    section = judged("rich").sections["credit"]
    money = [*leaves(section["components"]), *leaves(section["ageing"]), section["overdue"]]
    assert {leaf.unit for leaf in money if isinstance(leaf, Figure)} == {"EUR"}


def test_the_figures_of_a_packet_stay_few_on_a_large_account():
    trail = Trail()
    trail.add(leaves(judged("crowd").sections))
    assert len(trail.figures) < 1500
