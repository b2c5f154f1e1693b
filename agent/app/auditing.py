"""The functions behind `audit verify` and `audit checkpoint`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.app.desk_place import desk_place
from agent.app.home import Home, open_home
from agent.app.output import counted, emit_json, say
from agent.desk import audit_verify, checkpoints
from agent.desk.store import Desk
from tools.errors import BadInput, Refused

PROGRESS_FROM = 20_000
"""Rows from which on a verification shows how far it is."""


def opened(where: Path) -> tuple[Home, Desk]:
    """A home and its desk, which has to be there.

    Raises:
        BadInput: nothing was recorded in this home yet.
    """
    home = open_home(where)
    place = desk_place(home.path)
    if not place.exists:
        raise BadInput(f"{home.path} has no desk yet; run holddesk work or holddesk demo")
    pinned = home.pinned
    return home, place.open((lambda _: pinned) if pinned is not None else None)


def verify_audit(where: Path, folder: Path | None, public_key: Path | None, json: bool) -> None:
    """Check the trail; a broken one ends with exit code 1 and names the first bad row."""
    if folder is not None and not (folder / checkpoints.FILE).is_file():
        raise BadInput(f"{folder} has no {checkpoints.FILE}; name a folder with a copy of it")
    _, desk = opened(where)
    with _progress() as told:
        report = audit_verify.verify(desk, folder=folder, public_key=public_key, told=told)
    if json:
        emit_json(report._asdict())
    else:
        state = "the chain holds" if report.ok else f"the chain is broken{_at(report)}"
        say(f"audit: {counted(report.rows, 'row')}, {state}")
    if not report.ok:
        raise Refused(f"the audit chain is broken{_at(report)}")


def _at(report: audit_verify.Report) -> str:
    row = "" if report.first_bad_seq is None else f" at row {report.first_bad_seq}"
    return f"{row}: {report.why}"


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Rows done so far, on stderr, once there are many."""
    from rich.console import Console

    err = Console(file=sys.stderr)
    with err.status("verifying the audit") if err.is_terminal else _silent() as shown:

        def told(rows: int) -> None:
            if shown is not None and rows >= PROGRESS_FROM:
                shown.update(f"verifying the audit: {rows:,} rows")

        yield told


@contextmanager
def _silent() -> Iterator[None]:
    yield None


def checkpoint_audit(where: Path, json: bool) -> None:
    """Lay down a checkpoint now and print what to keep elsewhere."""
    _, desk = opened(where)
    number = desk.checkpoint()
    last = checkpoints.newest(desk.head.folder)
    if last is None or last.body is None:
        raise Refused("there is nothing in the audit to sign yet; run holddesk work")
    file = str(desk.head.folder / checkpoints.FILE)
    line = {"checkpoint": number, "chain": last.body["chain"], "seq": last.body["seq"],
            "digest": checkpoints.digest(last.raw), "file": file}  # fmt: skip
    if json:
        emit_json(line)
        return
    say(
        f"checkpoint {number}: row {line['seq']} of chain {line['chain']}, {line['digest']}",
        f"in {line['file']}; copy it where nobody who can write to the desk can write",
    )
