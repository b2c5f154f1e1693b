"""The office: one home as the service has it open. What changes on disk is picked up.

A new load points the home at another snapshot, an edited rules file changes the policy version:
both are seen at the next request, and snapshots that are still read stay open.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from agent.app.desk_place import desk_place
from agent.app.home import RULES_FILE, Home, open_home
from agent.app.opening import workplace
from agent.app.service.board import Board
from agent.app.working import Workplace
from agent.desk.changes import newest_event
from agent.desk.store import Desk
from agent.desk.waivers import approved
from agent.llm.source import SnapshotSource
from agent.review.classify import Classified
from agent.review.staged import ReviewStages
from policies.guard import shipped
from policies.settings import Rules
from policies.version import policy_version
from tools.errors import Unavailable
from tools.evidence import look_up
from tools.rows import Row, make_row
from tools.snapshot import Snapshot, current_snapshot, pointer
from tools.view import View

KEPT_READERS = 5000
KEPT_REVIEWS = 200
"""Reviews of single orders that are kept; each is about half a megabyte."""


@dataclass(frozen=True)
class Basis:
    """What every figure of a request comes from: one snapshot, one set of rules, one moment."""

    snapshot: Snapshot
    rules: Rules
    policy_version: str
    as_of: datetime

    @property
    def key(self) -> tuple[str, str, str]:
        """What a review depends on, besides its order."""
        return self.snapshot.id, self.policy_version, self.as_of.isoformat()


@dataclass
class Office:
    """A home with its desk, what figures come from, and what was reviewed lately."""

    path: Path
    driving: threading.Lock = field(default_factory=threading.Lock)
    """Held while threads of the graph run: their checkpoints have one writer."""
    _opening: threading.Lock = field(default_factory=threading.Lock)
    _snapshots: dict[str, Snapshot] = field(default_factory=dict)
    _reviews: OrderedDict[Any, tuple[dict[str, Any], Classified]] = field(
        default_factory=OrderedDict
    )
    _sources: dict[Any, SnapshotSource] = field(default_factory=dict)
    _read: dict[Any, set[str]] = field(default_factory=dict)
    _place: Workplace | None = None

    @property
    def home(self) -> Home:
        """The home as its description has it now."""
        return open_home(self.path)

    def now(self) -> datetime:
        """The real time: of sessions, tokens and locks, also in a demo home."""
        return datetime.now(UTC)

    def basis(self) -> Basis:
        """What figures come from now.

        Raises:
            NotFound: nothing was loaded into the home.
            Unavailable: the snapshot cannot be opened.
        """
        home = self.home
        rules, version = _rules(home.path, _stamp(home.path / RULES_FILE))
        moment = home.pinned or self.now().replace(second=0, microsecond=0)
        return Basis(self._snapshot(home.path), rules, version, moment)

    def place(self) -> Workplace:
        """The desk with the stages of the current basis; hold `driving` to move its threads."""
        basis = self.basis()
        with self._opening:
            if self._place is None:
                review = ReviewStages(basis.snapshot, basis.rules)
                self._place = workplace(self.home, basis.rules, review)
            place = self._place
            if (place.stages.snapshot, place.policy_version) != (  # type: ignore[attr-defined]
                basis.snapshot, basis.policy_version,
            ):  # fmt: skip
                self._place = place = self._moved(place, basis)
        return place

    @cached_property
    def board(self) -> Board:
        """The queue in memory."""
        return Board(self.desk)

    @property
    def desk(self) -> Desk:
        """The desk store."""
        return self._place.desk if self._place is not None else self.place().desk

    def judged(self, order_id: str) -> tuple[dict[str, Any], Classified]:
        """The review of one order now, made once a basis."""
        basis = self.basis()
        waivers = approved(self.desk, [order_id])
        key = (order_id, *basis.key, *waivers.get(order_id, ()))
        with self._opening:
            if key in self._reviews:
                self._reviews.move_to_end(key)
                return self._reviews[key]
        review = ReviewStages(basis.snapshot, basis.rules, waivers=lambda _: waivers)
        made = review.judged(order_id, basis.as_of)
        with self._opening:
            self._reviews[key] = made
            while len(self._reviews) > KEPT_REVIEWS:
                self._reviews.popitem(last=False)
        return made

    def source(self, view: View) -> SnapshotSource:
        """What questions of somebody with this view read; one for all who see the same orders."""
        basis = self.basis()
        key = (*basis.key, view.companies)
        with self._opening:
            if key not in self._sources:
                kept = {k: v for k, v in self._sources.items() if k[:-1] == basis.key}
                made = SnapshotSource(basis.snapshot, basis.as_of, basis.rules, view)
                self._sources = {**kept, key: made}
            return self._sources[key]

    def first_reads(self, user_id: str, orders: Sequence[str]) -> list[str]:
        """Those of the orders that the person reads for the first time in this basis."""
        key = (user_id, *self.basis().key[:2])
        with self._opening:
            if len(self._read) > KEPT_READERS:
                self._read.clear()
            before = self._read.setdefault(key, set())
            new = [order_id for order_id in orders if order_id not in before]
            before.update(new)
        return new

    def staff(self, user_id: str) -> Row | None:
        """A person of the staff table today; None where the table does not know them."""
        basis = self.basis()
        return _staff(basis.snapshot, user_id, basis.as_of)

    def missing(self) -> list[str]:
        """What stands in the way of work, a sentence each; an empty list is ready."""
        found = []
        for name, check in (
            ("snapshot", self.basis),
            ("store", self._store),
            ("checkpointer", self._checkpointer),
            ("policy", _policy),
        ):
            try:
                check()
            except Exception as error:  # noqa: BLE001 - ready is only what is seen to work
                found.append(f"{name}: {error}")
        return found

    def _store(self) -> None:
        with self.desk.read() as session:
            newest_event(session)

    def _checkpointer(self) -> None:
        with self.driving:
            saver = self.place().threads.checkpoints.saver
            saver.get_tuple({"configurable": {"thread_id": "readiness"}})
        where = desk_place(self.path).checkpoints
        if isinstance(where, Path) and not where.exists():
            raise Unavailable("the checkpoints are gone")

    def _moved(self, place: Workplace, basis: Basis) -> Workplace:
        """The same desk with the stages of another basis; the old threads are let go."""
        if "threads" in vars(place):
            place.threads.close()
        return replace(
            place,
            stages=ReviewStages(basis.snapshot, basis.rules, waivers=partial(approved, place.desk)),
            policy_version=basis.policy_version,
        )

    def _snapshot(self, home: Path) -> Snapshot:
        named = pointer(home)["snapshot"]
        with self._opening:
            if named not in self._snapshots:
                self._snapshots = dict(list(self._snapshots.items())[-1:])  # the last may be read
                self._snapshots[named] = current_snapshot(home)
            return self._snapshots[named]


def _policy() -> None:
    if problem := shipped().problem:
        raise Unavailable(problem)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=8)
def _rules(home: Path, stamp: tuple[int, int]) -> tuple[Rules, str]:
    rules = Home(home).rules()
    return rules, policy_version(rules)


@lru_cache(maxsize=4096)
def _staff(snapshot: Snapshot, user_id: str, as_of: datetime) -> Row | None:
    for record in look_up(snapshot, "staff_accounts", as_of):
        if record["user_id"] == user_id:
            return make_row("staff", (user_id,), record)
    return None
