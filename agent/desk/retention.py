"""Retention: rows that are old enough go to a signed archive and are cut off at the front.

The chain then begins after a signed anchor, which stands outside the database as well: a front
that was cut without one is found by the verification.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from agent.desk import anchors, audit, audit_export
from agent.desk.audit_export import Range
from agent.desk.audit_models import Anchor, Audit
from agent.desk.audit_records import recorded
from agent.desk.models import Case, canonical
from agent.desk.store import Desk, database_clock
from tools.errors import BadInput, Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Retained:
    """What was archived and cut; `rows` is 0 where nothing is old enough."""

    rows: int
    last: int = 0
    archive: Path | None = None


def retain(desk: Desk, until: datetime, years: int, folder: Path, by: audit.Event) -> Retained:
    """Archive and cut the rows before a moment, as far as no open case needs them.

    Args:
        desk: the store.
        until: rows of before this moment go.
        years: how long rows have to be kept.
        folder: where the archive is written.
        by: who does it, as the event that is appended, without its body.

    Raises:
        BadInput: the moment is within the retention, or the folder cannot be written.
        Refused: the audit does not verify: nothing is cut from a damaged chain.
    """
    _check(desk, until, years)
    with desk.read(one_state=True) as session:
        rows = _old(session, until)
        if rows.last < rows.first:
            return Retained(0)
        decided = _decisions(session, rows.last)
        archive, footer = _archived(desk, session, rows, folder)
    audit_export.check(archive, desk.head.key.public())
    with desk.write() as session:
        _cut(desk, session, rows, {"archive": archive.name, "decisions": decided,
                                   "sha256": footer["sha256"]}, by)  # fmt: skip
    return Retained(rows.last - rows.first + 1, rows.last, archive)


def _check(desk: Desk, until: datetime, years: int) -> None:
    if why := _too_young(desk, until, years):
        raise BadInput(why)
    if desk.head.path is None:
        raise Unavailable("this desk keeps no head of its audit: there is no key to sign with")
    report = audit.verify(desk)
    if not report.ok:
        raise Refused(f"nothing is cut from a damaged audit: {report.why}")


def _too_young(desk: Desk, until: datetime, years: int) -> str:
    with desk.read() as session:
        now = database_clock(session)
    oldest = now.replace(year=now.year - years, day=min(now.day, 28))
    if until <= oldest:
        return ""
    return (
        f"rows are kept for {years} years (general.audit_retention_years): name a moment of "
        f"before {oldest.date().isoformat()}"
    )


def _old(session: Session, until: datetime) -> Range:
    """The oldest rows, up to the first one of a case that is still open."""
    rows = audit_export.rows_between(session, None, until)
    still_open = select(Case.case_id).where(Case.status != "closed")
    needed = session.execute(
        select(func.min(Audit.seq)).where(Audit.case_id.in_(still_open))
    ).scalar()
    return rows if needed is None else Range(rows.first, min(rows.last, needed - 1))


def _decisions(session: Session, last: int) -> list[str]:
    """The decisions that the rows up to the last one record."""
    return sorted(one for one, row in recorded(session).items() if row["seq"] <= last)


def _archived(
    desk: Desk, session: Session, rows: Range, folder: Path
) -> tuple[Path, dict[str, Any]]:
    file = folder / f"audit-{rows.first}-{rows.last}.jsonl"
    beside = file.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as sink:
            footer = audit_export.write(session, desk.head, rows, "jsonl", sink)
            sink.flush()
            os.fsync(sink.fileno())
        beside.rename(file)
    except OSError as error:
        raise BadInput(
            f"the archive cannot be written ({error.strerror}: {beside}); nothing was cut"
        ) from error
    return file, footer


def _cut(desk: Desk, session: Session, rows: Range, kept: dict[str, Any], by: audit.Event) -> None:
    last_hash = session.execute(select(Audit.hash).where(Audit.seq == rows.last)).scalar_one()
    body = {"first": rows.first, "last": rows.last, **kept}
    decided: Sequence[str] = body.pop("decisions")
    audit.append(desk, session, replace(by, body=body | {"decisions": len(decided)}))
    anchor = desk.head.key.sign(
        {"seq": rows.last, "hash": last_hash, "decisions": list(decided), **body,
         "at": datetime.now(UTC).isoformat(timespec="seconds")}
    )  # fmt: skip
    anchors.append(desk.head.folder, anchor)
    session.add(Anchor(seq=rows.last, hash=last_hash, body=canonical(anchor).decode()))
    session.flush()
    session.execute(delete(Audit).where(Audit.seq <= rows.last))
