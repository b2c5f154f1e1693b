"""Who acts on the audit from the command line: a persona, or whoever has the machine's shell."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from agent.app.home import Home
from agent.app.viewing import reader_of
from agent.desk import audit, circumstances
from agent.desk.store import Desk
from policies.guard import Person
from tools.errors import Denied

AUDIT_READERS = frozenset({"auditor", "compliance", "executive", "admin"})
"""Roles that may take the audit out of the desk or perform a decision again."""


@contextmanager
def acting(home: Home, user: str | None) -> Iterator[Person]:
    """The person of one command, with how they were known for what is recorded meanwhile.

    Without `--as` it is the account of the operating system, which can read the files anyway.

    Raises:
        Denied: `--as` outside a demo home, or an account that is not on the staff table.
    """
    if user is None:
        name = getpass.getuser()
        with circumstances.within(auth="shell"):
            yield Person(name, name, AUDIT_READERS)
        return
    person = reader_of(home.snapshot(), home.as_of(None), home.acting(user))
    with circumstances.within(auth="demo"):
        yield person


def event(name: str, person: Person, verdict: str = "allow") -> audit.Event:
    """An event of that person; roles only where the staff table says them."""
    shell = circumstances.current().auth == "shell"
    return audit.Event(
        name, actor=person.user_id, actor_kind="human", person_id=person.person_id,
        roles=() if shell else sorted(person.roles), company_id=person.company_id,
        verdict=verdict, rules=("audit-readers",),
    )  # fmt: skip


def require_reader(desk: Desk, person: Person, what: str) -> None:
    """Refuse, and record, what the person's roles do not allow.

    Raises:
        Denied: the sentence says which roles may.
    """
    if person.roles & AUDIT_READERS:
        return
    with desk.write() as session:
        audit.append(desk, session, event(f"audit.{what}_denied", person, "deny"))
    may = ", ".join(sorted(AUDIT_READERS))
    raise Denied(f"{person.user_id} may not {what} the audit; these roles may: {may}", ("audit",))
