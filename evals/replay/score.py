"""Score judgements against what people found and did; every figure with its n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from evals.replay.holds import PastHold
from evals.replay.judge import Judgement
from evals.replay.statistics import bootstrap

CLASSES = (
    "stock_shortage", "credit_hold", "price_mismatch", "route_risk",
    "customer_priority_conflict", "substitution_need", "compliance_issue", "approval_gap",
)  # fmt: skip
NO_CLASS = "none"


class Pair(NamedTuple):
    """A hold as people found it, and as it was judged."""

    hold: PastHold
    judged: Judgement


def scores(pairs: Sequence[Pair]) -> dict[str, Any]:
    """All scores of judged holds."""
    labelled = [pair for pair in pairs if pair.hold.classes]
    return {
        "n": len(pairs),
        "classes": {name: _class_score(labelled, name) for name in CLASSES},
        "macro_f1": bootstrap(labelled, macro_f1)._asdict(),
        "all_classes_equal": _share(labelled, _same_classes),
        "primary": _share(labelled, lambda p: p.judged.primary == p.hold.primary),
        "confusion": _confusion(labelled),
        "owner": _share(
            [p for p in pairs if p.hold.owner_role],
            lambda p: p.judged.owner_role == p.hold.owner_role,
        ),
        "decision": _share(_decided(pairs), lambda p: p.judged.disposition == p.hold.disposition),
        "dangerous": _share(_decided(pairs), dangerous),
        "annoying": _share(_decided(pairs), annoying),
        "not_known": _share(pairs, lambda p: bool(p.judged.not_known)),
        "withheld_sentences": sum(p.judged.withheld for p in pairs),
        "figures_that_do_not_verify": sum(p.judged.unsound for p in pairs),
        "guard_violations": sum(p.judged.unlocked for p in pairs),
    }


def baselines(pairs: Sequence[Pair]) -> dict[str, Any]:
    """The same scores for three ways of judging that need no desk."""
    held = Counter(pair.hold.primary for pair in pairs if pair.hold.classes)
    common = held.most_common(1)[0][0] if held else ""
    answers: dict[str, Callable[[Judgement], tuple[str, ...]]] = {
        "do nothing": lambda _: (),
        "the hold code": lambda judged: judged.erp_classes,
        "the commonest class": lambda _: (common,),
    }
    return {name: _baseline(pairs, answer) for name, answer in answers.items()}


def _baseline(
    pairs: Sequence[Pair], answer: Callable[[Judgement], tuple[str, ...]]
) -> dict[str, Any]:
    said = [
        Pair(p.hold, replace(p.judged, classes=answer(p.judged), primary=_first(answer(p.judged))))
        for p in pairs
        if p.hold.classes
    ]
    return {
        "macro_f1": bootstrap(said, macro_f1)._asdict(),
        "primary": _share(said, lambda p: p.judged.primary == p.hold.primary),
    }


def dangerous(pair: Pair) -> bool:
    """Would have shipped what people held, or what ended in a claim or a late delivery."""
    ships = pair.judged.disposition == "ship"
    return ships and (pair.hold.disposition == "hold" or pair.hold.harmed)


def annoying(pair: Pair) -> bool:
    """Would have stopped what people shipped without harm."""
    stops = pair.judged.disposition in ("hold", "escalate", "wait")
    return stops and pair.hold.disposition == "ship" and not pair.hold.harmed


def macro_f1(pairs: Sequence[Pair]) -> float | None:
    """The mean F1 of the classes that occur in the truth or in the judgements."""
    found = [f1 for name in CLASSES if (f1 := _f1(*_counts(pairs, name))) is not None]
    return sum(found) / len(found) if found else None


def _class_score(pairs: Sequence[Pair], name: str) -> Mapping[str, Any]:
    hit, extra, missed = _counts(pairs, name)
    return {
        "n": hit + missed,
        "found": hit + extra,
        "precision": _part(hit, hit + extra),
        "recall": _part(hit, hit + missed),
        "f1": _rounded(_f1(hit, extra, missed)),
    }


def _counts(pairs: Sequence[Pair], name: str) -> tuple[int, int, int]:
    both = [(name in p.hold.classes, name in p.judged.classes) for p in pairs]
    return both.count((True, True)), both.count((False, True)), both.count((True, False))


def _f1(hit: int, extra: int, missed: int) -> float | None:
    total = 2 * hit + extra + missed
    return 2 * hit / total if total else None


def _confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    table: dict[str, Counter[str]] = {}
    for pair in pairs:
        row = table.setdefault(pair.hold.primary, Counter())
        row[pair.judged.primary or NO_CLASS] += 1
    return {name: dict(sorted(table[name].items())) for name in sorted(table)}


def _same_classes(pair: Pair) -> bool:
    return set(pair.judged.classes) == set(pair.hold.classes)


def _decided(pairs: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair.hold.disposition]


def _share(pairs: Sequence[Pair], holds: Callable[[Pair], bool]) -> dict[str, Any]:
    marks = [holds(pair) for pair in pairs]
    found = bootstrap(marks, lambda some: sum(some) / len(some) if some else None)
    return {"count": sum(marks), **found._asdict()}


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""


def _part(count: int, of: int) -> float | None:
    return _rounded(count / of) if of else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
