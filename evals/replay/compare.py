"""Compare two rules on the same holds: which judgements changed, in what, and for the better?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evals.replay.judge import Judgement, judge
from evals.replay.running import Run, opened
from evals.replay.score import Pair, dangerous
from evals.replay.statistics import mcnemar

COMPARED = ("classes", "primary", "owner_role", "disposition", "not_known")


def compared(first: Sequence[Pair], second: Sequence[Pair]) -> dict[str, Any]:
    """What the second run does otherwise, and whether it is right more often.

    Both runs are over the same holds, in the same order.
    """
    both = list(zip(first, second, strict=True))
    changed = [(a, b) for a, b in both if _view(a.judged) != _view(b.judged)]
    only_first = sum(_right(a) and not _right(b) for a, b in both)
    only_second = sum(_right(b) and not _right(a) for a, b in both)
    return {
        "n": len(both),
        "changed": len(changed),
        "right_in_the_first_only": only_first,
        "right_in_the_second_only": only_second,
        "mcnemar_p": round(mcnemar(only_first, only_second), 4),
        "newly_dangerous": [b.hold.hold_id for a, b in both if dangerous(b) and not dangerous(a)],
        "no_longer_dangerous": [
            a.hold.hold_id for a, b in both if dangerous(a) and not dangerous(b)
        ],
    }


def changes(first: Run, second: Run, pairs: Sequence[tuple[Pair, Pair]]) -> list[dict[str, Any]]:
    """Case by case what changed, with the figures of the two packets that differ."""
    return [_change(first, second, a, b) for a, b in pairs if _view(a.judged) != _view(b.judged)]


def _change(first: Run, second: Run, before: Pair, after: Pair) -> dict[str, Any]:
    packets = []
    for run in (first, second):
        snapshot, rules = opened(run.home, run.rules_file)
        packets.append(judge(snapshot, before.hold, rules)[1])
    old, new = _view(before.judged), _view(after.judged)
    return {
        "hold_id": before.hold.hold_id,
        "order_id": before.hold.order_id,
        "people_found": list(before.hold.classes),
        "people_decided": before.hold.disposition,
        "right": {"first": _right(before), "second": _right(after)},
        "judgement": {key: [old[key], new[key]] for key in COMPARED if old[key] != new[key]},
        "packet": difference(*packets),
    }


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """The findings, figures and sentences that differ, each before and after."""
    old, new = _figures(before), _figures(after)
    names = sorted(old.keys() | new.keys())
    return {
        name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)
    }


def _figures(packet: dict[str, Any]) -> dict[str, Any]:
    if not packet:
        return {}
    found = {f"figure {name}": c["value"] for name, c in packet["calculations"].items()}
    for one in packet["exceptions"]:
        for finding in one["findings"]:
            line = f" line {finding['line_no']}" if finding["line_no"] else ""
            found[f"finding {finding['code']}{line}"] = finding["severity"]
    found["answer"] = packet["answer"]
    found["risk"] = packet["risk"]["level"]
    return found


def _view(judged: Judgement) -> dict[str, Any]:
    found = {name: getattr(judged, name) for name in COMPARED}
    return {k: sorted(v) if isinstance(v, tuple) else v for k, v in found.items()}


def _right(pair: Pair) -> bool:
    return set(pair.judged.classes) == set(pair.hold.classes)
