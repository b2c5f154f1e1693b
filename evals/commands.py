"""The whole command line: the desk's commands, and those that judge the desk.

The desk imports nothing of the evaluations, so they add their commands to it from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.app.cli import app, main, run
from agent.app.options import DEFAULT_HOME, AsJson, HomeOption, RulesFile

__all__ = ["app", "main", "run"]


@app.command()
def replay(
    home: HomeOption = DEFAULT_HOME,
    first: Annotated[
        str | None, typer.Option("--from", help="Holds placed on or after (date).")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Holds placed before (date).")] = None,
    rules: RulesFile = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="A second rules file to compare with.")
    ] = None,
    gates: Annotated[
        Path | None, typer.Option("--gates", help="A file of gates; ends with 1 if one fails.")
    ] = None,
    gated: Annotated[bool, typer.Option("--gated", help="Check the shipped gates.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write JSON, Markdown and a page there; resumable.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes.", min=1, max=64)] = 1,
    json: AsJson = False,
) -> None:
    """Judge past holds as of their moment, and score it against what people found and did."""
    from evals.replay.command import Options
    from evals.replay.command import replay as run_replay

    run_replay(Options(home, first, last, rules, against, gates, gated, out, jobs, json))


if __name__ == "__main__":
    main()
