"""Orders that are prepared together say what each says alone, whoever else's book they are in."""

from __future__ import annotations

import pytest

from agent.review import stages
from agent.review.staged import ReviewStages
from policies.settings import Rules, load_rules
from tests.agent.review.test_stages import a_snapshot
from tests.builders import AS_OF, BASE
from tools.snapshot import Snapshot

ORDERS = ("SO-1", "SO-2")


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Two companies with conventions of their own, so that each has a book of its own."""
    own = {"C1": {"credit": {"overdue_grace_days": 5}}, "C2": {"credit": {"overdue_grace_days": 9}}}
    return load_rules().model_copy(update={"companies": own})


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """SO-2 of C2 competes with SO-1 of C1 for SKU-1, and has a line of SKU-2 beside it."""
    header, order = BASE["orders"].splitlines()
    columns, line = BASE["order_lines"].splitlines()
    other = line.replace("SO-1", "SO-2")
    return a_snapshot(
        tmp_path_factory.mktemp("two companies"),
        orders="\n".join((header, order, order.replace("SO-1,C1", "SO-2,C2"))),
        order_lines="\n".join(
            (columns, line, other, other.replace("SO-2,10,SKU-1", "SO-2,20,SKU-2"))
        ),
    )


@pytest.mark.parametrize("order_id", ORDERS)
@pytest.mark.parametrize("prepared", [ORDERS, ORDERS[::-1]], ids=["as given", "reversed"])
def test_a_prepared_order_gives_the_packet_that_it_gives_alone(
    snapshot: Snapshot, rules: Rules, prepared: tuple[str, ...], order_id: str
):
    review = ReviewStages(snapshot, rules)
    review.prepare(prepared, AS_OF)

    (alone,) = stages.review(snapshot, [order_id], AS_OF, rules)
    assert review.judged(order_id, AS_OF)[0]["fingerprint"] == alone["fingerprint"]


def test_a_book_of_another_moment_is_not_used(snapshot: Snapshot, rules: Rules):
    review = ReviewStages(snapshot, rules)
    review.prepare(ORDERS, AS_OF)

    later = AS_OF.replace(hour=17)
    assert review.judged("SO-1", later)[0]["as_of"] == later.isoformat()
