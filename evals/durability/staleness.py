"""Evidence that changes: `python -m evals.durability.staleness [--quick]`.

Each kind of evidence is changed at each moment between the draft and the effect, with the commands
that people type: after the draft, after the first of two signatures, and after the approval. A
material change has to stop what follows, an immaterial one must not. Prints JSON; exits 1 where
one of them does otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from agent.app.cli import run as holddesk
from agent.app.desk_place import desk_place
from agent.app.home import parse_moment, write_home
from agent.desk.models import Decision, Packet
from agent.desk.outbox_models import Outbox
from evals.durability.staleness_changes import CHANGES, OF_THE_SIGNER, Change, Tables
from evals.durability.staleness_company import APPROVER, AS_OF, ORDER, SECOND, tables, write

APPROVE = ("decide", ORDER, "approve", "--action", "release_order", "--reason-code",
           "goods_confirmed", "--reason", "the depot confirmed the goods")  # fmt: skip
QUICK = ("credit limit", "stock", "screening", "order status", "authority of the approver",
         "invoice of an unrelated customer", "remark of the order",
         "order of the rows in the files")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """What was done before the change, and what is tried after it."""

    name: str
    before: tuple[tuple[str, ...], ...]
    then: tuple[str, ...]
    large: bool = False
    """Whether the order needs two signatures."""


BY_FIRST, BY_SECOND = ("--as", APPROVER), ("--as", SECOND)
OPENED = (("work", ORDER), ("show", ORDER, *BY_FIRST), ("show", ORDER, *BY_SECOND))
MOMENTS = (
    Moment("after the draft", OPENED, (*APPROVE, *BY_FIRST)),
    Moment(
        "after the first signature", (*OPENED, (*APPROVE, *BY_FIRST)), (*APPROVE, *BY_SECOND),
        large=True,
    ),
    Moment("after the approval", (*OPENED, (*APPROVE, *BY_FIRST)), ("worker", "--once")),
)  # fmt: skip


def type_in(home: Path, *words: str) -> tuple[int, str]:
    """Type a command; its exit code and what it said."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = holddesk([*words, "--home", str(home)])
    return code, out.buffer.getvalue().decode() + err.getvalue()


def company(large: bool) -> Tables:
    """The tables; a large order needs a second signature, of an executive."""
    found = tables()
    if large:
        for row in found["order_lines"]:
            row["ordered_qty"] = "30000" if row["sku"] == "SKU-1" else row["ordered_qty"]
        for row in found["stock"]:
            row["on_hand_qty"] = "32000" if row["sku"] == "SKU-1" else row["on_hand_qty"]
    return found


def prepared(folder: Path, moment: Moment) -> Path:
    """A home in which everything before the change was done.

    Raises:
        RuntimeError: a command of it failed.
    """
    home = folder / "before"
    write(folder / "tables", company(moment.large))
    write_home(home, demo=True, pinned=parse_moment(AS_OF))
    for words in (("load", str(folder / "tables")), *moment.before):
        code, said = type_in(home, *words)
        if code:
            raise RuntimeError(f"{' '.join(words)}: {said}")
    return home


def stands(home: Path, moment: Moment) -> str:
    """What the rows say after the attempt: `done`, or how it was stopped."""
    desk = desk_place(home).open()
    with desk.read() as session:
        packet = session.scalars(select(Packet)).first()
        signed = list(session.scalars(select(Decision)))
        sent = [row.status for row in session.scalars(select(Outbox))]
    desk.close()
    if moment.then[0] == "worker":
        return "done" if sent and sent[0] not in ("pending", "stale") else f"outbox {sent}"
    wanted = 2 if moment.large else 1
    if len(signed) == wanted and packet is not None and packet.status == "approved":
        return "done"
    return f"packet {packet.status if packet else None}, outbox {sent}"


def tried(before: Path, folder: Path, moment: Moment, change: Change) -> str:
    """Change the sources of a copy, try what follows, and say how it ended."""
    home = Path(shutil.copytree(before, folder / "home"))
    rows = company(moment.large)
    change.apply(rows)
    write(folder / "tables", rows)
    code, said = type_in(home, "load", str(folder / "tables"))
    if code:
        raise RuntimeError(f"{change.name}: {said}")
    type_in(home, *moment.then)
    found = stands(home, moment)
    shutil.rmtree(home)
    shutil.rmtree(folder / "tables")
    return found


def applies(change: Change, moment: Moment) -> bool:
    """Whether the change can be tried at the moment.

    A second signature is another person's: what touches the first signer stops the hand-off.
    """
    return not (moment.large and change.name in OF_THE_SIGNER)


def run(changes: Sequence[Change], moments: Sequence[Moment] = MOMENTS) -> dict[str, Any]:
    """Try every change at every moment."""
    results: dict[str, dict[str, str]] = {}
    wrong = []
    for moment in moments:
        with tempfile.TemporaryDirectory() as name:
            before = prepared(Path(name) / "as_it_was", moment)
            for change in (one for one in changes if applies(one, moment)):
                ended = tried(before, Path(name), moment, change)
                results.setdefault(change.name, {})[moment.name] = ended
                if (ended == "done") == change.material:
                    must = "must stop" if change.material else "must not stop"
                    wrong.append(f"{change.name}, {moment.name}: {ended}; it {must}")
    material = [change.name for change in changes if change.material]
    return {
        "material": len(material), "immaterial": len(changes) - len(material),
        "moments": [moment.name for moment in moments], "results": results,
        "violations": wrong, "holds": wrong == [],
    }  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Try the changes; 1 where one ends otherwise than it must."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.durability.staleness", description=__doc__
    )
    parser.add_argument("--quick", action="store_true", help=f"{len(QUICK)} kinds only")
    parser.add_argument("--only", help="the kinds with these words in their name")
    asked = parser.parse_args(words)
    changes = [c for c in CHANGES if not asked.quick or c.name in QUICK]
    changes = [c for c in changes if asked.only is None or asked.only in c.name]
    body = run(changes)
    sys.stdout.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0 if body["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
