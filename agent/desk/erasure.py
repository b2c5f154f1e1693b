"""Erasing a person: two people agree, the mapping of their pseudonyms goes, the chain stays valid.

What the person did stays attributable to role and authority, which every row holds by itself. The
desk's other tables name the person by the pseudonym from then on. Source data that was loaded
(snapshots, and packets quoting them) is the company's own record and is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Column, Text, delete, func, insert, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.audit_models import Anchor, Audit, Chain, Erased, Pseudonym, RuleBook
from agent.desk.models import Base, Decision, canonical
from agent.desk.store import Desk, database_clock
from policies.guard import Person
from tools.errors import Denied, NotFound

MAY_ERASE = frozenset({"admin", "compliance"})
"""Roles of whom two different people have to ask for the same erasure."""
VALID = timedelta(days=7)
"""How long the first request waits for the second person."""
ASKED, DONE = "person.erasure_asked", "person.erased"
_LISTS = frozenset({"user_ids"})
"""Columns that hold a list of accounts as JSON."""
_OWN = {table.__tablename__ for table in (Audit, Chain, Pseudonym, Erased, Anchor, RuleBook)}


@dataclass(frozen=True, slots=True)
class Erasure:
    """What came of a request."""

    done: bool
    """False: it waits for a second person."""
    pseudonyms: list[str]
    until: str = ""
    """When the first request lapses."""


def erase(desk: Desk, subject: str, by: Person) -> Erasure:
    """Ask for the erasure of a person, or be the second to ask and so carry it out.

    Args:
        desk: the store.
        subject: an account or a person id.
        by: who asks.

    Raises:
        NotFound: the audit knows nobody of that name.
        Denied: the role is not one of `MAY_ERASE`, or somebody would erase themselves; audited.
    """
    with desk.write() as session:
        found = _accounts(session, subject)
        if not found:
            raise NotFound(f"the audit knows nobody named {subject}; nothing is to be erased")
        why = _denied(by, found)
        if why:
            audit.append(desk, session, _event(by, "person.erasure_denied", "deny", found))
        else:
            return _ask_or_erase(desk, session, found, by)
    raise Denied(why, ("erasure",))


def _accounts(session: Session, subject: str) -> list[Pseudonym]:
    """Every account and person id of the same human being."""
    people = select(Pseudonym.person).where(Pseudonym.subject == subject, Pseudonym.person != "")
    named = [subject, *session.scalars(people)]
    statement = select(Pseudonym).where(
        or_(Pseudonym.subject.in_(named), Pseudonym.person.in_(named))
    )
    return list(session.scalars(statement.order_by(Pseudonym.subject)))


def _denied(by: Person, found: Sequence[Pseudonym]) -> str:
    if not by.roles & MAY_ERASE:
        may = " and ".join(sorted(MAY_ERASE))
        return f"{by.user_id} may not erase a person: two people of {may} have to ask for it"
    if {one.subject for one in found} & {by.user_id, by.person_id}:
        return f"{by.user_id} may not erase themselves; two other people have to ask for it"
    return ""


def _ask_or_erase(desk: Desk, session: Session, found: list[Pseudonym], by: Person) -> Erasure:
    named = [one.pseudonym for one in found]
    first = _asked_before(session, named, by)
    if first is None:
        audit.append(desk, session, _event(by, ASKED, "allow", found))
        until = database_clock(session) + VALID
        return Erasure(False, named, until.isoformat(timespec="minutes"))
    link = audit.append(desk, session, _event(by, DONE, "allow", found, asked_in_row=first))
    session.execute(insert(Erased), [{"pseudonym": one, "seq": link.seq} for one in named])
    for one in found:
        _rename(session, one.subject, one.pseudonym)
    session.execute(delete(Pseudonym).where(Pseudonym.pseudonym.in_(named)))
    return Erasure(True, named)


def _asked_before(session: Session, named: list[str], by: Person) -> int | None:
    """The row in which somebody else asked for the same, if it has not lapsed."""
    mine = set(
        session.scalars(
            select(Pseudonym.pseudonym).where(Pseudonym.subject.in_([by.user_id, by.person_id]))
        )
    )
    rows = session.execute(
        select(Audit.seq, Audit.at, Audit.actor, Audit.body)
        .where(Audit.event == ASKED)
        .order_by(Audit.seq.desc())
    )
    now = database_clock(session)
    for row in rows:
        body = orjson.loads(row.body)
        fresh = datetime.fromisoformat(row.at) + VALID > now
        if fresh and set(body["pseudonyms"]) == set(named) and not mine & {
            row.actor, body["person_id"],
        }:  # fmt: skip
            return int(row.seq)
    return None


def _event(
    by: Person, name: str, verdict: str, found: Sequence[Pseudonym], **more: Any
) -> audit.Event:
    named = [one.pseudonym for one in found]
    return audit.Event(
        name, actor=by.user_id, actor_kind="human", person_id=by.person_id,
        roles=sorted(by.roles), company_id=by.company_id, verdict=verdict, rules=("erasure",),
        body={"pseudonyms": named, "person_id": by.person_id, **more},
    )  # fmt: skip


def _rename(session: Session, subject: str, given: str) -> None:
    """Name the person by the pseudonym wherever a column of the desk holds exactly their id."""
    session.execute(
        update(Decision).where(Decision.user_id == subject).values(user_id=given, reason="")
    )
    for table in Base.metadata.sorted_tables:
        for column in () if table.name in _OWN else table.columns:
            if column.name in _LISTS:
                session.execute(_in_list(table, column, subject, given))
            elif _may_name_people(column):
                renamed = update(table).where(column == subject).values({column.name: given})
                session.execute(renamed)


def _may_name_people(column: Column[Any]) -> bool:
    alone = column.primary_key and len(column.table.primary_key.columns) == 1
    return isinstance(column.type, Text) and not alone and not column.foreign_keys


def _in_list(table: Any, column: Column[Any], subject: str, given: str) -> Any:
    """Replace an id within a column of canonical JSON."""
    plain = type_coerce(column, Text)
    quoted, instead = canonical(subject).decode(), canonical(given).decode()
    changed = func.replace(plain, quoted, instead)
    return (
        update(table)
        .where(plain.contains(quoted, autoescape=True))
        .values({column.name: type_coerce(changed, Text)})
    )
