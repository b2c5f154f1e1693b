"""The stages as functions over sets: gather, classify, draft, verify, guard.

`review` runs them for a set of orders; the graph wraps the same functions as nodes. Nothing is
stored and nothing is decided here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.review import packet as packets
from agent.review.classify import NO_WAIVERS, Classified
from agent.review.classify import classify as classify_orders
from agent.review.fingerprint import fingerprint
from agent.review.locks import actions_of
from agent.review.outline import outline
from agent.review.verify import check_sentence, problems
from agent.review.waivers import Waiver
from policies.choose import ACTION_OF
from policies.settings import Rules, for_company
from tools.book import Book
from tools.collector import collector_paused
from tools.errors import NotFound
from tools.evidence import gather as gather_rows
from tools.evidence import look_up
from tools.snapshot import Snapshot

Packet = dict[str, Any]
Change = Callable[[Book], Book]
WITHHELD = "A sentence was withheld: it did not pass the check of its figures."
SET_SIZE = 4000


def gather(
    snapshot: Snapshot,
    order_ids: Sequence[str],
    as_of: datetime,
    rules: Rules,
    company_id: str | None = None,
) -> Book:
    """Read the evidence around orders of one company, by its conventions."""
    return gather_rows(snapshot, order_ids, as_of, for_company(rules, company_id).conventions())


def by_company(
    snapshot: Snapshot, order_ids: Sequence[str], as_of: datetime, rules: Rules
) -> dict[str | None, list[str]]:
    """The orders by the company whose overrides apply to them (None: the common rules)."""
    if not rules.companies:
        return {None: list(order_ids)}
    known = look_up(snapshot, "known_orders", as_of, wanted=list(order_ids))
    company = {str(row["order_id"]): str(row["company_id"]) for row in known}
    groups: dict[str | None, list[str]] = {}
    for order_id in order_ids:
        name = company.get(order_id)
        groups.setdefault(name if name in rules.companies else None, []).append(order_id)
    return groups


def classify(
    book: Book,
    order_ids: Iterable[str],
    rules: Rules,
    waivers: Mapping[str, Sequence[Waiver]] = NO_WAIVERS,
) -> list[Classified]:
    """Judge the orders by all eight checks; `waivers` are the accepted findings by order."""
    return classify_orders(book, order_ids, rules, waivers)


def draft(judged: Iterable[Classified]) -> list[Packet]:
    """Put every judged order into words, by template."""
    return [packets.build(one) for one in judged]


def verify(drafted: Iterable[Packet]) -> list[Packet]:
    """Withhold every sentence whose figures do not hold, and say why."""
    return [_verified(packet) for packet in drafted]


def _kept(
    packet: Packet, sentences: list[Packet], language: str, reasons: dict[int, str | None]
) -> list[Packet]:
    """The sentences that hold; one that stands in several places is checked once."""
    kept = []
    for sentence in sentences:
        if id(sentence) not in reasons:
            reasons[id(sentence)] = check_sentence(packet, sentence, language)
        reason = reasons[id(sentence)]
        if reason is None:
            kept.append(sentence)
        else:
            packet["withheld"].append({"text": sentence["text"], "reason": reason})
    return kept


def _verified(packet: Packet) -> Packet:
    reasons: dict[int, str | None] = {}
    note, message = packet["internal_note"], packet["customer_message"]
    note["sentences"] = _kept(packet, note["sentences"], "en", reasons)
    message["sentences"] = _kept(packet, message["sentences"], message["language"], reasons)
    for place, sentences in packet["sentences"].items():
        kept = _kept(packet, sentences, "en", reasons)
        if len(kept) != len(sentences):
            packet["sentences"][place] = kept
            _put(packet, place, " ".join(s["text"] for s in kept) or WITHHELD)
    return packet


def _put(packet: Packet, path: str, text: str) -> None:
    *parents, last = path.split("/")
    here: Any = packet
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here[part]
    here[last] = text


def guard(judged: Iterable[Classified], verified: Iterable[Packet]) -> list[Packet]:
    """Lock every action by named rules, and set the fingerprint and the packet's id."""
    return [_guarded(one, packet) for one, packet in zip(judged, verified, strict=True)]


def _guarded(judged: Classified, packet: Packet) -> Packet:
    packet["actions"] = actions_of(judged)
    rules = {action["action"]: action["rules"] for action in packet["actions"]}
    for option in packet["recommendation"]["options"]:
        option["blocked_by"] = rules.get(ACTION_OF.get(option["disposition"], ""), [])
    packet["fingerprint"] = fingerprint(packet, judged.case.today.isoformat())
    packet["packet_id"] = f"pkt-{packet['order_id']}-{packet['fingerprint'][:12]}"
    return packet


def review_book(book: Book, order_ids: Sequence[str], rules: Rules) -> list[Packet]:
    """The packets of the orders in a book that was gathered."""
    judged = classify(book, order_ids, rules)
    return guard(judged, verify(draft(judged)))


def review(
    snapshot: Snapshot, order_ids: Sequence[str], as_of: datetime, rules: Rules
) -> Iterator[Packet]:
    """The packets of the orders, in the order given, made one by one.

    Sets of a few thousand share their evidence and what is computed from it once. The usage states
    the milliseconds of an order with its share of the reading.
    """
    for order_id, book, reading in _books(snapshot, order_ids, as_of, rules):
        started = time.perf_counter()
        for packet in review_book(book, [order_id], rules):
            spent = (time.perf_counter() - started) * 1000
            packet["usage"]["ms"] = round(reading + spent)
            yield packet


def detect(
    snapshot: Snapshot, order_ids: Sequence[str], as_of: datetime, rules: Rules
) -> Iterator[Packet]:
    """The outlines of the orders, in the order given: judged as for their packets, not drafted."""
    for order_id, book, _ in _books(snapshot, order_ids, as_of, rules):
        yield from map(outline, classify(book, [order_id], rules))


def _books(
    snapshot: Snapshot, order_ids: Sequence[str], as_of: datetime, rules: Rules
) -> Iterator[tuple[str, Book, float]]:
    """Each order with the book of its set and its share of the milliseconds of reading."""
    for first in range(0, len(order_ids), SET_SIZE):
        ids = order_ids[first : first + SET_SIZE]
        with collector_paused():
            started = time.perf_counter()
            books = {
                order_id: book
                for company_id, group in by_company(snapshot, ids, as_of, rules).items()
                for book in [gather(snapshot, group, as_of, rules, company_id)]
                for order_id in group
            }
            reading = (time.perf_counter() - started) * 1000 / len(ids)
            try:
                yield from ((order_id, books[order_id], reading) for order_id in ids)
            finally:
                for book in books.values():
                    book.close()


def resolve(snapshot: Snapshot, wanted: Sequence[str], as_of: datetime) -> list[str]:
    """The ids of the wanted orders as they are on file (upper and lower case do not matter).

    Raises:
        NotFound: an order does not exist; the sentence offers the nearest ids.
    """
    known = look_up(snapshot, "known_orders", as_of, wanted=list(wanted))
    exact = {str(r["order_id"]) for r in known}
    folded = {order_id.upper(): order_id for order_id in sorted(exact)}
    found = []
    for order_id in wanted:
        match = order_id if order_id in exact else folded.get(order_id.upper())
        if match is None:
            raise NotFound(_not_found(snapshot, order_id, as_of))
        found.append(match)
    return list(dict.fromkeys(found))


def _not_found(snapshot: Snapshot, wanted: str, as_of: datetime) -> str:
    for row in look_up(snapshot, "set_aside_order", as_of, wanted=wanted):
        where = f"{row['file']}, row {row['row']}"
        why = f"{row['reason']}; mend it and load again"
        return f"order {wanted} was set aside on loading ({where}): {why}"
    near = [str(r["order_id"]) for r in look_up(snapshot, "nearest_orders", as_of, wanted=wanted)]
    moment = as_of.isoformat()
    hint = f"; did you mean {', '.join(near)}?" if near else f": none were known at {moment}"
    return f"there is no order {wanted}{hint}"


def sound(packet: Packet) -> list[str]:
    """Everything in a packet that does not verify (for tests, replay and hand-off)."""
    return problems(packet)
