"""The audit as a file that reconciles: rows in sequence, then a signed footer over all of them.

JSON lines hold every column, so that each row's hash can be computed again from the file alone.
CSV holds the same, flat, for spreadsheets; a cell that one of them would run as a formula is
quoted with an apostrophe.
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from agent.desk.audit_models import Audit, Chain
from agent.desk.audit_rows import COLUMNS, CONTEXT, app_version, row_hash
from agent.desk.head import Head
from agent.desk.models import canonical
from agent.desk.pseudonyms import people, with_people
from agent.desk.signing_key import is_signed
from tools.errors import BadInput

FORMS = ("jsonl", "csv")
FOOTER = "footer"
FLAT = (*(name for name in COLUMNS if name not in ("context", "body")), *CONTEXT, "body", "hash")
"""The columns of the CSV form."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Range:
    """Rows from `first` to `last`, both within; `last` is below `first` where there are none."""

    first: int
    last: int


def rows_between(session: Session, start: datetime | None, end: datetime | None) -> Range:
    """The rows in sequence from the first at or after `start` to the last before `end`."""
    first = select(func.min(Audit.seq))
    last = select(func.max(Audit.seq))
    if start is not None:
        first = first.where(Audit.at >= _moment(start))
    if end is not None:
        last = last.where(Audit.at < _moment(end))
    found = Range(session.execute(first).scalar() or 1, session.execute(last).scalar() or 0)
    return found if found.last >= found.first else Range(found.first, found.first - 1)


def write(
    session: Session, head: Head, rows: Range, form: str, sink: BinaryIO, *, names: bool = False
) -> dict[str, Any]:
    """Write the rows and their footer.

    Args:
        session: reads one state of the store.
        head: whose key signs the footer; without one it is not signed.
        rows: which rows.
        form: one of `FORMS`.
        sink: where to.
        names: people by name where they are not erased; the hashes then hold only for the chain.

    Returns:
        The footer: chain, count, first and last row, their hashes, SHA-256 of what stands before.
    """
    digest, count, ends = hashlib.sha256(), 0, _Ends()
    found = ends.watch(_rows(session, rows, people(session) if names else {}))
    for line in _csv(found) if form == "csv" else _jsonl(found):
        digest.update(line)
        sink.write(line)
        count += 1
    chain = session.execute(select(Chain.chain_id).where(Chain.name == "audit")).scalar()
    footer = {
        "chain": chain, "form": form, "names": names, "rows": count - (form == "csv"),
        "first_seq": rows.first, "last_seq": rows.last, "first_prev": ends.prev,
        "last_hash": ends.hash, "sha256": digest.hexdigest(), "app_version": app_version(),
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip
    if head.key.private_file.exists():
        footer = head.key.sign(footer)
    text = orjson.dumps(footer).decode()
    sink.write(_line([FOOTER, text]) if form == "csv" else orjson.dumps({FOOTER: footer}) + b"\n")
    return footer


def check(file: Path, public: bytes | None) -> dict[str, Any]:
    """Compute every hash of an export in JSON lines again, and compare it with its footer.

    Args:
        file: the export.
        public: the key that its footer has to be signed with; None: not compared.

    Returns:
        The footer.

    Raises:
        BadInput: the first line that does not hold, by its number, or the footer.
    """
    try:
        lines = file.read_bytes().splitlines(keepends=True)
        footer = orjson.loads(lines[-1])[FOOTER]
        prev = footer["first_prev"]
    except (OSError, IndexError, KeyError, TypeError, ValueError):
        raise BadInput(f"{file} is no export of an audit in JSON lines with its footer") from None
    for number, line in enumerate(lines[:-1], 1):
        prev = _checked(file, number, line, footer["first_seq"] + number - 1, prev)
    digest = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    if (footer["rows"], footer["last_hash"], footer["sha256"]) != (len(lines) - 1, prev, digest):
        raise BadInput(f"{file}: the footer does not fit the rows before it; rows are missing")
    if public is not None and not is_signed(footer, public):
        raise BadInput(f"{file}: the footer is not signed with the key of this audit")
    return dict(footer)


def _checked(file: Path, number: int, line: bytes, seq: int, prev: str) -> str:
    try:
        row = orjson.loads(line)
        row |= {key: canonical(row[key]).decode() if row[key] != "" else "" for key in _NESTED}
        holds = row["seq"] == seq and row["prev"] == prev and row_hash(row) == row["hash"]
    except (KeyError, TypeError, ValueError):
        holds = False
    if not holds:
        raise BadInput(f"{file}, line {number}: row {seq} was changed, removed or put elsewhere")
    return str(row["hash"])


_NESTED = ("context", "body")


class _Ends:
    """What the first row follows, and the hash of the last one, of rows as they pass."""

    def __init__(self) -> None:
        self.prev, self.hash = "", ""

    def watch(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for at, row in enumerate(rows):
            if at == 0:
                self.prev = row["prev"]
            self.hash = row["hash"]
            yield row


def _rows(session: Session, rows: Range, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    statement = (
        select(Audit.__table__).where(Audit.seq.between(rows.first, rows.last)).order_by(Audit.seq)
    )
    with session.execute(statement, execution_options={"yield_per": 2000}) as result:
        for row in result.mappings():
            found = {key: row[key] for key in (*COLUMNS, "hash")}
            for key in _NESTED:
                found[key] = orjson.loads(found[key]) if found[key] else ""
            yield with_people(found, names) if names else found


def _jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row) + b"\n"


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield _line(FLAT)
    for row in rows:
        flat = {**(row["context"] or {}), **row}
        yield _line([_cell(flat.get(name, "")) for name in FLAT])


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """A number as it is; text that begins like a formula, also after spaces or quotes, quoted."""
    if isinstance(value, int):
        return value
    text = value if isinstance(value, str) else canonical(value).decode()
    seen = unicodedata.normalize("NFKC", text)
    starts = seen.startswith(_FORMULA) or seen.lstrip(" '\"\u200b\ufeff").startswith(_FORMULA)
    return f"'{text}" if starts else text


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
