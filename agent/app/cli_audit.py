"""The commands `holddesk audit …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.app.options import DEFAULT_HOME, AsJson, HomeOption

audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)

Copies = Annotated[
    Path | None,
    typer.Option("--checkpoints", help="A folder with a copy of the checkpoints, kept elsewhere."),
]
PublicKey = Annotated[
    Path | None, typer.Option("--public-key", help="A copy of signing.pub, kept elsewhere.")
]


@audit_app.command("verify")
def audit_verify(
    checkpoints: Copies = None,
    public_key: PublicKey = None,
    home: HomeOption = DEFAULT_HOME,
    json: AsJson = False,
) -> None:
    """Check chain, head, checkpoints and decisions; names the first row that does not hold."""
    from agent.app.auditing import verify_audit

    verify_audit(home, checkpoints, public_key, json)


@audit_app.command("checkpoint")
def audit_checkpoint(home: HomeOption = DEFAULT_HOME, json: AsJson = False) -> None:
    """Sign how far the trail goes now; keep the line it prints somewhere else."""
    from agent.app.auditing import checkpoint_audit

    checkpoint_audit(home, json)
