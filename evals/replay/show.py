"""A replay as tables for people."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType

from agent.app.output import counted, table, words
from evals.replay.report import figure

SHARES = (
    ("primary", "primary class as people found it"),
    ("owner", "owner as it was routed"),
    ("decision", "recommended what people decided"),
    ("dangerous", "would have shipped what was held or went wrong"),
    ("annoying", "would have stopped what shipped without harm"),
    ("not_known", "some check not known"),
)


def replay_view(body: dict[str, Any]) -> list[RenderableType | str]:
    """The report, the most important first."""
    holds, found = body["holds"], body["scores"]
    lines: list[RenderableType | str] = [
        f"{counted(holds['judged'], 'hold')} judged of {holds['placed']:,} placed "
        f"({holds['not_on_file']:,} not on file then, {len(holds['failed'])} failed)",
        _classes(found),
        _shares(found, body["baselines"]),
        f"withheld sentences: {found['withheld_sentences']}; figures that do not verify: "
        f"{found['figures_that_do_not_verify']}; guard violations: {found['guard_violations']}",
    ]
    if "comparison" in body:
        lines += _comparison(body["comparison"])
    if "gates" in body:
        said = body["gates"]["failed"]
        lines += [f"gate not kept: {one}" for one in said] or [
            f"all {body['gates']['checked']} gates are kept"
        ]
    undated = ", ".join(body["undated_tables"])
    if undated:
        lines.append(f"seen as they are today, for want of recorded_at: {undated}")
    return lines


def _classes(found: dict[str, Any]) -> RenderableType:
    rows = [
        [words(name), one["n"], figure(one["precision"]), figure(one["recall"]), figure(one["f1"])]
        for name, one in found["classes"].items()
    ]
    macro = found["macro_f1"]
    rows.append(["macro-F1", macro["n"], "", "", _interval(macro)])
    return table("Classes", ["class", ">n", ">precision", ">recall", ">F1"], rows)


def _shares(found: dict[str, Any], others: dict[str, Any]) -> RenderableType:
    rows = [[says, found[name]["n"], _interval(found[name])] for name, says in SHARES]
    rows += [
        [f"primary class by {name}", one["primary"]["n"], _interval(one["primary"])]
        for name, one in others.items()
    ]
    return table("Shares, with their 95 % intervals", ["figure", ">n", ">share"], rows)


def _comparison(found: dict[str, Any]) -> list[RenderableType | str]:
    lines: list[RenderableType | str] = [
        f"under {found['second']}: {found['changed']} of {found['n']} judgements differ; right in "
        f"the first alone {found['right_in_the_first_only']}, in the second alone "
        f"{found['right_in_the_second_only']} (McNemar p = {found['mcnemar_p']})"
    ]
    for case in found["cases"]:
        changed = "; ".join(
            f"{words(key)}: {_plain(old)} -> {_plain(new)}"
            for key, (old, new) in case["judgement"].items()
        )
        lines.append(f"  {case['hold_id']} {case['order_id']}: {changed}")
    return lines


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _interval(one: dict[str, Any]) -> str:
    if one["value"] is None:
        return "not known"
    return f"{one['value']} ({one['low']} to {one['high']})"
