"""What the scores count, by pairs of holds and judgements written by hand."""

from __future__ import annotations

import pytest

from evals.replay.score import annoying, baselines, dangerous, macro_f1, scores
from evals.replay.statistics import mcnemar
from tests.evals.replay.history import pair

PAIRS = [
    pair("credit_hold", "credit_hold"),
    pair("credit_hold", "stock_shortage"),
    pair("stock_shortage", "stock_shortage,credit_hold"),
    pair("approval_gap", ""),
]


def test_precision_and_recall_are_counted_class_by_class():
    credit = scores(PAIRS)["classes"]["credit_hold"]
    assert credit == {"n": 2, "found": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_a_class_that_occurs_nowhere_has_no_score_and_does_not_weigh():
    found = scores(PAIRS)
    assert found["classes"]["route_risk"]["f1"] is None
    # credit 1/2, stock 2/3, approval 0
    assert macro_f1(PAIRS) == pytest.approx((0.5 + 2 / 3 + 0) / 3)


def test_the_confusion_matrix_tells_what_was_said_instead():
    assert scores(PAIRS)["confusion"]["credit_hold"] == {"credit_hold": 1, "stock_shortage": 1}
    assert scores(PAIRS)["confusion"]["approval_gap"] == {"none": 1}


def test_no_share_stands_without_its_n():
    found = scores([])
    for name in ("primary", "owner", "decision", "dangerous", "annoying", "not_known", "macro_f1"):
        assert (found[name]["n"], found[name]["value"]) == (0, None)


@pytest.mark.parametrize(
    ("decided", "said", "bad", "expected"),
    [
        ("hold", "ship", False, True),
        ("ship", "ship", True, True),
        ("ship", "ship", False, False),
        ("hold", "wait", True, False),
    ],
)
def test_shipping_what_was_held_or_went_wrong_is_dangerous(
    decided: str, said: str, bad: bool, expected: bool
):
    assert dangerous(pair("", "", decided=decided, said=said, bad=bad)) is expected


def test_stopping_what_shipped_without_harm_is_annoying_and_not_dangerous():
    one = pair("", "", decided="ship", said="hold")
    assert annoying(one)
    assert not dangerous(one)
    assert not annoying(pair("", "", decided="ship", said="hold", bad=True))


def test_doing_nothing_is_never_right_about_a_class():
    assert baselines(PAIRS)["do nothing"]["primary"]["count"] == 0
    assert baselines(PAIRS)["the commonest class"]["primary"]["count"] == 2


@pytest.mark.parametrize(("first", "second", "p"), [(0, 0, 1.0), (0, 5, 0.0625), (3, 3, 1.0)])
def test_mcnemar_is_exact(first: int, second: int, p: float):
    assert mcnemar(first, second) == p == mcnemar(second, first)
