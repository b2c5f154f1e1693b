"""The report of a replay: one document for programs, and the same as Markdown and as a page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from evals.replay.holds import PastHold
from evals.replay.judge import Judgement
from evals.replay.score import Pair, baselines, scores

CANNOT_SHOW = (
    "The history says what people found and did, not what was right: agreement is no proof.",
    "A hold whose order was not on file at its moment is counted, and not judged.",
    "A finding is not an outcome: the report claims no effect on claims or late deliveries.",
)


@dataclass(frozen=True)
class Context:
    """What was replayed, and with what."""

    snapshot: str
    policy_version: str
    first: datetime | None
    last: datetime | None
    undated: Sequence[str]


def judged_pairs(holds: Sequence[PastHold], found: Sequence[Judgement]) -> list[Pair]:
    """The holds that could be judged, each with its judgement."""
    both = zip(holds, found, strict=True)
    return [Pair(hold, one) for hold, one in both if one.status == "judged"]


def report(
    context: Context, holds: Sequence[PastHold], found: Sequence[Judgement]
) -> dict[str, Any]:
    """The whole report as JSON; `chain` is equal where every packet is."""
    pairs = judged_pairs(holds, found)
    states = [one.status for one in found]
    spent = sorted(one.ms for one in found if one.status == "judged")
    return {
        "schema": "holddesk.replay/1",
        "snapshot": context.snapshot,
        "policy_version": context.policy_version,
        "period": {
            "from": context.first.isoformat() if context.first else None,
            "to": context.last.isoformat() if context.last else None,
        },
        "holds": {
            "placed": len(holds),
            "judged": len(pairs),
            "not_on_file": states.count("not on file"),
            "failed": {o.hold_id: o.why for o in found if o.status == "failed"},
        },
        "chain": _chain(found),
        "scores": scores(pairs),
        "baselines": baselines(pairs),
        "undated_tables": list(context.undated),
        "cannot_show": list(CANNOT_SHOW),
        "ms_per_hold": {"n": len(spent), "median": spent[len(spent) // 2] if spent else None},
    }


def _chain(found: Sequence[Judgement]) -> str:
    digest = hashlib.sha256()
    for one in found:
        digest.update(f"{one.hold_id} {one.status} {one.packet}\n".encode())
    return digest.hexdigest()


def write(body: dict[str, Any], folder: Path) -> list[Path]:
    """Write `replay.json`, `replay.md` and `replay.html` into a folder."""
    env = Environment(
        loader=PackageLoader("evals.replay"),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["figure"] = figure
    made = {"replay.json": orjson.dumps(body, option=orjson.OPT_INDENT_2)}
    for name in ("replay.md", "replay.html"):
        made[name] = env.get_template(f"{name}.jinja").render(run=body).encode()
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def figure(value: Any) -> str:
    """A figure for people; what is not known is said."""
    return "not known" if value is None else str(value)
