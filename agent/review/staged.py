"""The stages over one snapshot and one set of rules, as the graph's nodes call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.review import stages
from agent.review.classify import NO_WAIVERS, Classified
from agent.review.edits import revise
from agent.review.locks import order_facts
from agent.review.waivers import Waiver
from policies.guard import OrderFacts
from policies.settings import Rules
from tools.book import Book
from tools.collector import collector_paused
from tools.errors import NotFound
from tools.snapshot import Snapshot


@dataclass
class Work:
    """What the stages hand on: one order on its way through them."""

    order_ids: list[str]
    as_of: datetime
    book: Book | None = None
    judged: list[Classified] = field(default_factory=list)
    packets: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class ReviewStages:
    """The stages' functions.

    `prepared` holds, by order, the book that was gathered for it: another book may hold the order
    too, but only so much of it as its own orders need.
    """

    snapshot: Snapshot
    rules: Rules
    prepared: dict[str, Book] = field(default_factory=dict)
    waivers: Callable[[Sequence[str]], Mapping[str, Sequence[Waiver]]] = lambda _: NO_WAIVERS
    """Findings that decisions accepted, by order, as the desk knows them now."""

    def prepare(self, order_ids: Sequence[str], as_of: datetime) -> list[Classified]:
        """Gather the evidence of many orders with one run of the queries a company, and judge."""
        judged = []
        groups = stages.by_company(self.snapshot, order_ids, as_of, self.rules)
        with collector_paused():
            for company_id, ids in groups.items():
                book = stages.gather(self.snapshot, ids, as_of, self.rules, company_id)
                self.prepared |= dict.fromkeys(ids, book)
                judged += stages.classify(book, ids, self.rules, self.waivers(ids))
        return judged

    def intake(self, order_ids: Sequence[str], as_of: datetime) -> Work:
        """The orders as they are on file."""
        return Work(list(order_ids), as_of)

    def gather(self, work: Work) -> Work:
        """Their evidence: the prepared book where it covers them, else read now."""
        ready = [self.prepared.get(order_id) for order_id in work.order_ids]
        book = ready[0] if ready else None
        if book is not None and book.as_of == work.as_of and all(b is book for b in ready):
            work.book = book
            return work
        ((company_id, ids),) = stages.by_company(
            self.snapshot, work.order_ids, work.as_of, self.rules
        ).items()
        work.book = stages.gather(self.snapshot, ids, work.as_of, self.rules, company_id)
        return work

    def classify(self, work: Work) -> Work:
        """Eight checks, then the choice.

        Raises:
            NotFound: an order is not in the snapshot.
        """
        if work.book is not None:
            work.judged = stages.classify(
                work.book, work.order_ids, self.rules, self.waivers(work.order_ids)
            )
        if len(work.judged) != len(work.order_ids):
            raise NotFound(f"{', '.join(work.order_ids)} is not in the current snapshot")
        return work

    def draft(self, work: Work) -> Work:
        """Words for what was judged."""
        work.packets = stages.draft(work.judged)
        return work

    def revise(self, work: Work, edits: Mapping[str, str]) -> Work:
        """A person's own texts; what is not in the packet's figures is withheld."""
        work.packets = [revise(packet, edits) for packet in work.packets]
        return work

    def verify(self, work: Work) -> Work:
        """Withhold what does not hold."""
        work.packets = stages.verify(work.packets)
        return work

    def guard(self, work: Work) -> Work:
        """Lock every action; set the fingerprint."""
        work.packets = stages.guard(work.judged, work.packets)
        return work

    def packet(self, work: Work) -> dict[str, Any]:
        """The packet JSON."""
        return work.packets[0]

    def facts(self, work: Work) -> OrderFacts:
        """What the policy guard reads at a decision."""
        return order_facts(work.judged[0])

    def judged(self, order_id: str, as_of: datetime) -> tuple[dict[str, Any], Classified]:
        """The packet of one order and what it was made of, read again now."""
        work = self.gather(self.intake([order_id], as_of))
        work = self.guard(self.verify(self.draft(self.classify(work))))
        return work.packets[0], work.judged[0]
