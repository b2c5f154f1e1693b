"""Behind `holddesk replay`: read, judge, score, compare, print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from agent.app.home import RULES_FILE, open_home
from agent.app.output import emit_json, say
from evals.replay import report as reports
from evals.replay.compare import changes, compared
from evals.replay.gates import failed, load_gates
from evals.replay.holds import PastHold, past_holds, undated_tables
from evals.replay.judge import Judgement
from evals.replay.running import Run, judgements, opened, run_id
from evals.replay.show import replay_view
from policies.version import policy_version
from tools.errors import BadInput, Refused


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    home: Path
    first: str | None = None
    last: str | None = None
    rules: Path | None = None
    against: Path | None = None
    gates: Path | None = None
    gated: bool = False
    out: Path | None = None
    jobs: int = 1
    json: bool = False


def replay(options: Options) -> None:
    """Replay the holds of a span, and print or write the report.

    Raises:
        BadInput: an option is wrong, or there is no history in the span.
        Refused: a gate is not kept; the report is printed and written all the same.
    """
    run = Run(options.home, _rules_file(options.home, options.rules), max(options.jobs, 1))
    holds, context = _history(options, run)
    keep = _folder(options.out)
    found = _judgements(run, holds, keep)
    body = reports.report(context, holds, found)
    if options.against:
        body["comparison"] = _comparison(run, options, holds, found, keep)
    if options.gated or options.gates:
        gates = load_gates(options.gates)
        body["gates"] = {"checked": len(gates), "failed": failed(gates, body["scores"])}
    written = reports.write(body, keep) if keep else []
    if options.json:
        emit_json(body)
    else:
        say(*replay_view(body), *(f"written: {path}" for path in written))
    if body.get("gates", {}).get("failed"):
        raise Refused(f"{len(body['gates']['failed'])} gates are not kept")


def _rules_file(home: Path, given: Path | None) -> Path | None:
    own = home / RULES_FILE
    return given or (own if own.exists() else None)


def _history(options: Options, run: Run) -> tuple[list[PastHold], reports.Context]:
    first, last = _day(options.first, "--from"), _day(options.last, "--to")
    snapshot, rules = opened(run.home, run.rules_file)
    holds = past_holds(snapshot, open_home(options.home).as_of(None), first, last)
    if not holds:
        raise BadInput(
            "there is no hold to replay: the table hold_history is empty or has none in this span"
        )
    undated = undated_tables(snapshot)
    context = reports.Context(snapshot.id, policy_version(rules), first, last, undated)
    return holds, context


def _judgements(run: Run, holds: Sequence[PastHold], keep: Path | None) -> list[Judgement]:
    snapshot, rules = opened(run.home, run.rules_file)
    name = f"judgements-{run_id(snapshot.id, rules, holds)}.jsonl"
    return judgements(run, holds, keep / name if keep else None)


def _comparison(
    run: Run,
    options: Options,
    holds: Sequence[PastHold],
    found: Sequence[Judgement],
    keep: Path | None,
) -> dict[str, Any]:
    other = Run(run.home, options.against, run.jobs)
    theirs = _judgements(other, holds, keep)
    judged = [
        (hold, one, two)
        for hold, one, two in zip(holds, found, theirs, strict=True)
        if one.status == two.status == "judged"
    ]
    first = reports.judged_pairs([h for h, _, _ in judged], [one for _, one, _ in judged])
    second = reports.judged_pairs([h for h, _, _ in judged], [two for _, _, two in judged])
    both = list(zip(first, second, strict=True))
    return {
        "second": str(options.against),
        **compared(first, second),
        "cases": changes(run, other, both),
    }


def _day(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text} is no date; write it as 2026-01-31") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _folder(out: Path | None) -> Path | None:
    if out is None:
        return None
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written ({error.strerror}); choose another --out"
        ) from error
    return out
