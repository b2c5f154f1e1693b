"""A desk with a trail worth tampering with, and its backups of earlier moments."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from agent.desk import audit, cases, erasure, packets
from agent.desk.models import Decision
from agent.desk.store import Desk, open_desk
from policies.guard import LockFacts, OrderFacts, Person, facts_json

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROWS = 40
"""Rows of a checkpoint: several of them, and rows after the last one."""
PEOPLE = [
    Person(f"u.{n}", f"p.{n}", frozenset({"sales_operations"}), "C1", approval_limit=n)
    for n in range(1, 9)
]
GONE = PEOPLE[0]
"""Who is erased, lawfully, on the way."""
ADMIN = Person("u.admin", "p.admin", frozenset({"admin"}), "C1")
OFFICER = Person("u.officer", "p.officer", frozenset({"compliance"}), "C1")
FILES = ("desk.sqlite", "audit.head")


@dataclass
class Book:
    """A home with its trail, and copies of it at earlier moments by the row they went to."""

    home: Path
    backups: dict[int, Path] = field(default_factory=dict)
    rows: int = 0


def desk_at(home: Path, url: str | None = None) -> Desk:
    """The desk of a home."""
    where: str | Path = url or home / FILES[0]
    head = home / FILES[1]
    return open_desk(where, head=head, clock=lambda _: NOW, checkpoint_rows=ROWS)


def make(folder: Path, events: int, seed: int) -> Book:
    """Write a trail of about so many events, with backups on the way and one lawful erasure."""
    random, book = Random(seed), Book(folder / "home")  # noqa: S311 - repeatable, no secret
    desk = desk_at(book.home)
    packet_ids = [a_packet(desk, f"SO-{n}") for n in range(6)]
    stops = sorted(random.sample(range(30, events - 30), 8))
    done = 0
    while done < events:
        done += some_events(desk, random, packet_ids, done)
        if done >= events // 2 and GONE.user_id:
            _erase_once(desk)
        if stops and done >= stops[0]:
            stops.pop(0)
            _back_up(desk, book, folder)
    book.rows = rows_of(desk)
    desk.close()
    return book


def a_packet(desk: Desk, order_id: str) -> str:
    """A packet of an order, to decide on."""
    facts = OrderFacts(LockFacts(frozenset(), frozenset(), 0, 1, 1), order_id, company_id="C1")
    (case_id,) = cases.open_cases(desk, [cases.Opening(order_id)], NOW)
    body = {"fingerprint": f"f-{order_id}", "policy_version": "v1", "snapshot": "s1"}
    draft = packets.Draft(body, facts_json(facts), NOW, NOW + timedelta(hours=24), "g1")
    stored = packets.save(desk, case_id, 1, draft)
    if stored is None:
        raise RuntimeError(f"{order_id} has a packet already")
    return stored.packet_id


def some_events(desk: Desk, random: Random, packet_ids: Sequence[str], start: int) -> int:
    """One transaction of one to six events, now and then with a decision; how many there were."""
    count = random.randint(1, 6)
    with desk.write() as session:
        for n in range(start, start + count):
            person = random.choice(PEOPLE)
            found = packets.packet(session, random.choice(packet_ids))
            decides = random.random() < 0.1
            if decides:
                session.add(decision(found.packet_id, found.fingerprint, n))
                session.flush()
            name = "decision.approve" if decides else random.choice(("packet.viewed", "x.noted"))
            body: dict[str, Any] = {"n": n, "decision_id": f"D-{n}" if decides else ""}
            event = packets.event_of(name, found, body=body, **audit.by(person))
            audit.append(desk, session, event)
    return count


def decision(packet_id: str, fingerprint: str, number: int) -> Decision:
    """A row of the decisions, one of its own for each number."""
    return Decision(
        decision_id=f"D-{number}", packet_id=packet_id, slot=number, user_id="u.2",
        person_id=f"p.{number}.d", site_id="", roles=["sales_operations"], decision="approve",
        action="release_order", parameters={}, parameters_hash="", reason_code="", reason="",
        fingerprint=fingerprint, policy_version="v1", rules=[], final=False, decided_at=NOW,
    )  # fmt: skip


def rows_of(desk: Desk) -> int:
    """How many rows the trail has."""
    with desk.read() as session:
        return len(audit.events(session))


def _erase_once(desk: Desk) -> None:
    with desk.read() as session:
        if any(e["event"] == erasure.DONE for e in audit.events(session)):
            return
    erasure.erase(desk, GONE.user_id, ADMIN)
    erasure.erase(desk, GONE.user_id, OFFICER)


def _back_up(desk: Desk, book: Book, folder: Path) -> None:
    """A copy of the whole home, as somebody with the files could keep one."""
    rows = rows_of(desk)
    desk.close()  # SQLite takes its journal in when the last connection closes
    copy = folder / f"backup-{rows}"
    shutil.copytree(book.home, copy)
    book.backups[rows] = copy
