"""The functions behind `audit export`, `audit retain` and `audit erase`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from agent.app.acting import acting, event, require_reader
from agent.app.auditing import opened
from agent.app.given import one_of
from agent.app.output import counted, emit_json, say
from agent.desk import audit, audit_export, erasure, retention
from agent.desk.audit_export import Range
from agent.desk.signing_key import public_key_at
from agent.desk.store import Desk
from policies.guard import Person
from tools.errors import BadInput, Denied


def moment_of(text: str | None, option: str) -> datetime | None:
    """A moment with an offset, or a date, which begins at midnight UTC.

    Raises:
        BadInput: it is neither.
    """
    if text is None:
        return None
    try:
        if len(text) <= len("2026-03-02"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput(
            f"{option} {text} is no moment; write 2026-03-02 or 2026-03-02T09:00:00+01:00"
        )
    return moment


def export_audit(
    where: Path,
    form: str,
    start: str | None,
    end: str | None,
    out: Path | None,
    names: bool,
    user: str | None,
    json: bool,
) -> None:
    """Write the rows of a time to stdout or a file, with their footer; the export is recorded."""
    one_of(form, "format", audit_export.FORMS)
    first, last = moment_of(start, "--from"), moment_of(end, "--to")
    if first is not None and last is not None and first >= last:
        raise BadInput("--from is not before --to; rows from the one to just before the other go")
    if json and out is None:
        raise BadInput("--json prints the footer of a file: name the file with --out")
    home, desk = opened(where)
    with acting(home, user) as person:
        require_reader(desk, person, "export")
        rows = _announced(desk, person, first, last, form, names)
        with desk.read(one_state=True) as session:
            if out is None:
                audit_export.write(session, desk.head, rows, form, sys.stdout.buffer, names=names)
                sys.stdout.buffer.flush()
                return
            footer = _to_file(out, session, desk, rows, form, names)
    if json:
        emit_json(footer)
        return
    say(
        f"{counted(footer['rows'], 'row')} to {out}, "
        f"{footer['first_seq']} to {footer['last_seq']}, sha256 {footer['sha256']}"
    )


def _announced(
    desk: Desk,
    person: Person,
    first: datetime | None,
    last: datetime | None,
    form: str,
    names: bool,
) -> Range:
    """Record the export before anything leaves; which rows it has."""
    with desk.write() as session:
        rows = audit_export.rows_between(session, first, last)
        body = {"first_seq": rows.first, "last_seq": rows.last, "form": form, "names": names}
        audit.append(desk, session, replace(event("audit.exported", person), body=body))
    return rows


def _to_file(
    out: Path, session: Session, desk: Desk, rows: Range, form: str, names: bool
) -> dict[str, Any]:
    beside = out.with_name(f"{out.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as sink:
            footer = audit_export.write(session, desk.head, rows, form, _plain(sink), names=names)
        beside.rename(out)
    except OSError as error:
        raise BadInput(
            f"{out} cannot be written ({error.strerror}); name another file with --out"
        ) from error
    return footer


def _plain(sink: Any) -> BinaryIO:
    plain: BinaryIO = sink
    return plain


def check_export(file: Path, public_key: Path | None, json: bool) -> None:
    """Compute every hash of an export again."""
    footer = audit_export.check(file, public_key_at(public_key) if public_key else None)
    if json:
        emit_json(footer)
        return
    signed = " and is signed with that key" if public_key else ""
    say(
        f"{file}: {counted(footer['rows'], 'row')}, {footer['first_seq']} to "
        f"{footer['last_seq']}; every row and the footer hold{signed}"
    )


def retain_audit(where: Path, until: str, out: Path | None, user: str | None, json: bool) -> None:
    """Archive and cut the rows before a moment."""
    moment = moment_of(until, "--until")
    assert moment is not None  # noqa: S101 - the option is required
    home, desk = opened(where)
    with acting(home, user) as person:
        _require(desk, person, erasure.MAY_ERASE, "retain")
        years = home.rules().general.audit_retention_years
        by = event("audit.retained", person)
        done = retention.retain(desk, moment, years, out or home.path / "archive", by)
    if json:
        archive = str(done.archive) if done.archive else None
        emit_json({"rows": done.rows, "last_seq": done.last, "archive": archive})
    elif done.rows:
        say(f"{counted(done.rows, 'row')}, up to row {done.last}, archived to {done.archive}")
    else:
        say("nothing to archive: no row of a closed case is that old")


def erase_person(where: Path, subject: str, user: str | None, json: bool) -> None:
    """Ask for the erasure of a person, or confirm it as the second."""
    home, desk = opened(where)
    if user is None and not home.demo:
        raise Denied("an erasure takes two people who are signed in; sign in to ask for it")
    with acting(home, home.acting(user)) as person:
        done = erasure.erase(desk, subject, person)
    if json:
        emit_json({"done": done.done, "pseudonyms": done.pseudonyms, "until": done.until or None})
    elif done.done:
        say(f"{subject} is erased: the audit keeps {', '.join(done.pseudonyms)}, with its roles")
    else:
        roles = " or ".join(sorted(erasure.MAY_ERASE))
        say(f"asked for; a second person ({roles}) has to ask for the same until {done.until}")


def _require(desk: Desk, person: Person, roles: frozenset[str], what: str) -> None:
    if person.roles & roles:
        return
    with desk.write() as session:
        audit.append(desk, session, event(f"audit.{what}_denied", person, "deny"))
    raise Denied(
        f"{person.user_id} may not {what} the audit; these roles may: {', '.join(sorted(roles))}",
        ("audit",),
    )
