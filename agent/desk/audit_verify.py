"""Verifying the audit: the first row that does not hold, or that nothing was tampered with.

The chain shows what was edited, removed, inserted or swapped. The signed checkpoints and the
head, outside the database, show a tail that was cut, a chain that was rewritten as a whole (also
by the desk's own code) and a backup that was put back; each row says in return how far they went.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit_records, checkpoints
from agent.desk.audit_models import Audit, Chain
from agent.desk.audit_rows import COLUMNS, GENESIS, HASHED, digest_of
from agent.desk.faults import Fault
from agent.desk.head import Link
from agent.desk.store import Desk
from agent.desk.witnesses import Witnesses, gather

CHUNK = 2000
NOTHING: Callable[[int], None] = lambda _: None  # noqa: E731
READ = (*COLUMNS, "hash")
_SEQ, _PREV, _SCHEMA, _CHAIN, _HASH = (
    READ.index(name) for name in ("seq", "prev", "schema", "chain", "hash")
)
_LATER = [READ.index(name) for name in COLUMNS if name not in (*HASHED[1], "schema")]


class Report(NamedTuple):
    """What a verification found; `first_bad_seq` is the first row that does not hold."""

    ok: bool
    rows: int
    first_bad_seq: int | None
    why: str


class _Walk:
    """The chain as it is read: how many rows, the newest that holds, the first that does not."""

    def __init__(self, start: Link, chain_id: str, witnesses: Witnesses) -> None:
        self.rows = 0
        self.newest = start
        self._chain_id, self._witnesses = chain_id, witnesses

    def take(self, chunk: Sequence[Sequence[Any]]) -> Fault | None:
        """Check the rows that come next."""
        first, hashes, why = self.newest.seq + 1, [], ""
        for row in chunk:
            self.rows += 1
            why = _broken(row, self.newest, self._chain_id)
            if why:
                break
            self.newest = Link(row[_SEQ], row[_HASH])
            hashes.append(row[_HASH])
        forged = self._witnesses.differs(first, hashes)
        if forged is not None:
            return Fault(forged, f"row {forged} is not the one that was witnessed: the chain was "
                                 "rewritten")  # fmt: skip
        return Fault(self.newest.seq + 1, why) if why else None


def verify(
    desk: Desk,
    *,
    folder: Path | None = None,
    public_key: Path | None = None,
    told: Callable[[int], None] = NOTHING,
) -> Report:
    """Walk the whole chain and compare it with its head, checkpoints, decisions and pseudonyms.

    Args:
        desk: the store.
        folder: checkpoints instead of those of the desk, such as an auditor's copy.
        public_key: an auditor's copy of the public key.
        told: called with the rows done so far, now and then.
    """
    witnesses = gather(desk.head, folder, public_key)  # before the rows: what is appended
    with desk.read(one_state=True) as session:  # meanwhile is no alarm
        kept = session.execute(select(Chain).where(Chain.name == "audit")).scalar_one_or_none()
        chain_id = kept.chain_id if kept else witnesses.chain
        walk = _Walk(_start(session, witnesses), chain_id, witnesses)
        fault = _walked(session, walk, told)
        fault = fault or _ends_well(kept, walk.newest) or _matches_end(session, witnesses)
        fault = fault or witnesses.fault(walk.newest.seq)
        fault = fault or audit_records.fault(session, witnesses.cut)
        seen = _last_seen(session, witnesses.keeper)
    if fault is None and folder is None:
        fault = _still_witnessed(desk, seen)
    if fault is None:
        return Report(True, walk.rows, None, "")
    return Report(False, walk.rows, fault.seq, fault.why)


def _walked(session: Session, walk: _Walk, told: Callable[[int], None]) -> Fault | None:
    with closing(_chunks(session)) as chunks:
        for chunk in chunks:
            if fault := walk.take(chunk):
                return fault
            told(walk.rows)
    return None


def _start(session: Session, witnesses: Witnesses) -> Link:
    """What the first row follows: nothing, or the signed anchor before it."""
    first = session.execute(select(Audit.seq).order_by(Audit.seq).limit(1)).scalar()
    before = [anchor for anchor in witnesses.cut if first is not None and anchor.seq < first]
    return max(before, default=Link(0, GENESIS))


def _chunks(session: Session) -> Generator[Sequence[Sequence[Any]], None, None]:
    """The rows in order, as plain tuples: nothing of them has to be converted."""
    statement = f"SELECT {', '.join(READ)} FROM audit ORDER BY seq"
    connection = session.connection().execution_options(yield_per=CHUNK)
    with connection.exec_driver_sql(statement) as result:
        yield from result.partitions(CHUNK)


def _broken(row: Sequence[Any], before: Link, chain_id: str) -> str:
    seq, schema = row[_SEQ], row[_SCHEMA]
    if seq != before.seq + 1:
        return f"row {before.seq + 1} is missing"
    if row[_PREV] != before.hash:
        return f"row {seq} does not follow from the row before it"
    hashed = HASHED.get(schema)
    if hashed is None or digest_of(row[: len(hashed)]) != row[_HASH]:
        return f"row {seq} was changed after it was written"
    if schema == 1 and any(row[at] for at in _LATER):
        return f"row {seq} was changed after it was written"
    if schema != 1 and row[_CHAIN] != chain_id:
        return f"row {seq} is of another chain"
    return ""


def _ends_well(kept: Chain | None, newest: Link) -> Fault | None:
    if kept is None or (kept.seq, kept.hash) != tuple(newest):
        why = "the newest rows were removed: the chain's own counter is ahead of its rows"
        return Fault(newest.seq + 1, why)
    return None


def _matches_end(session: Session, witnesses: Witnesses) -> Fault | None:
    """A head of before there were checkpoints names one row only."""
    end = witnesses.end
    if end is None or end.seq == 0:
        return None
    found = session.execute(select(Audit.hash, Audit.schema).where(Audit.seq == end.seq)).first()
    if found is not None and found.hash != end.hash:
        return Fault(end.seq, f"row {end.seq} is not the one that the head names: rewritten")
    if found is not None and found.schema != 1:
        return Fault(end.seq, "the head of the audit was changed: it is not signed")
    return None


def _last_seen(session: Session, keeper: str) -> dict[str, Any] | None:
    """How far this home's witnesses went when it wrote its newest row."""
    mine = Audit.context.like(f'%"keeper":"{keeper}"%') if keeper else Audit.context != ""
    statement = select(Audit.context).where(mine).order_by(Audit.seq.desc()).limit(1)
    found = session.execute(statement).scalar()
    return orjson.loads(found) if found else None


def _still_witnessed(desk: Desk, seen: dict[str, Any] | None) -> Fault | None:
    """Head and checkpoints never go back behind what a row saw of them."""
    if desk.head.path is None or seen is None:
        return None
    head, last = desk.head.read(), checkpoints.newest(desk.head.folder)
    if head is None or head["seq"] < seen["head"]:
        at = head["seq"] if head else 0
        return Fault(at + 1, f"the head of the audit was set back from row {seen['head']}")
    laid = last.body["n"] if last is not None and last.body is not None else 0
    if laid < seen["checkpoint"]:
        reach = last.body["seq"] if last is not None and last.body is not None else 0
        return Fault(reach + 1, f"checkpoints after {laid} are missing")
    return None
