"""The commands `holddesk audit …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.app.options import DEFAULT_HOME, As, AsJson, HomeOption

audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)

Copies = Annotated[
    Path | None,
    typer.Option("--checkpoints", help="A folder with a copy of the checkpoints, kept elsewhere."),
]
PublicKey = Annotated[
    Path | None, typer.Option("--public-key", help="A copy of signing.pub, kept elsewhere.")
]
Out = Annotated[Path | None, typer.Option("--out", help="A file to write to, instead of stdout.")]


@audit_app.command("verify")
def audit_verify(
    export: Annotated[
        Path | None, typer.Option("--export", help="Check an export in JSON lines instead.")
    ] = None,
    checkpoints: Copies = None,
    public_key: PublicKey = None,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Check chain, head, checkpoints and decisions; names the first row that does not hold."""
    if export is not None:
        from agent.app.audit_files import check_export

        check_export(export, public_key, json)
        return
    from agent.app.auditing import verify_audit

    verify_audit(home, checkpoints, public_key, json)


@audit_app.command("checkpoint")
def audit_checkpoint(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Sign how far the trail goes now; keep the line it prints somewhere else."""
    from agent.app.auditing import checkpoint_audit

    checkpoint_audit(home, json)


@audit_app.command("export")
def audit_export(
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    start: Annotated[
        str | None, typer.Option("--from", help="Rows from this moment or date (UTC) on.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Rows before this moment.")] = None,
    out: Out = None,
    names: Annotated[
        bool, typer.Option("--names", help="Names for pseudonyms, unless erased.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Write rows in sequence, with a signed footer of counts and hashes; it is recorded."""
    from agent.app.audit_files import export_audit

    export_audit(home, form, start, end, out, names, user, json)


@audit_app.command("replay")
def audit_replay(
    decision: Annotated[str, typer.Argument(help="A decision id, such as D-SO-1042.v1.1.")],
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Make the packet of a decision again from its snapshot and rules; says what differs."""
    from agent.app.replaying import replay_decision

    replay_decision(home, decision, user, json)


@audit_app.command("erase")
def audit_erase(
    person: Annotated[str, typer.Argument(help="An account or a person id.")],
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Erase who a person is, when two people ask for it; the chain stays valid."""
    from agent.app.audit_files import erase_person

    erase_person(home, person, user, json)


@audit_app.command("retain")
def audit_retain(
    until: Annotated[str, typer.Option("--until", help="Rows of before this date or moment go.")],
    out: Annotated[Path | None, typer.Option("--out", help="The folder of the archive.")] = None,
    home: HomeOption = DEFAULT_HOME,
    user: As = None,
    json: AsJson = False,
) -> None:
    """Archive rows older than the retention and cut them; the chain holds from a signed anchor."""
    from agent.app.audit_files import retain_audit

    retain_audit(home, until, out, user, json)
