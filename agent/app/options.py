"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[Path, typer.Option("--home", help="Where the state is kept.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Judge as of this moment (with offset).")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
As = Annotated[str | None, typer.Option("--as", help="Who acts (demo homes only).")]
RulesFile = Annotated[Path | None, typer.Option("--rules", help="Another rules file.")]
DEFAULT_HOME = Path(".holddesk")
