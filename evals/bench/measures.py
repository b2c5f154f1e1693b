"""What is measured of a book: one order, a hot product, sets of orders, detection and a join."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.review import stages
from evals.bench.clock import Clocked, seconds, shown, spent, with_queries
from policies.settings import Rules, load_rules
from tools.book import Book, Case
from tools.orders import site_of
from tools.stock_rank import queue_of, stocked_lines

BARE_JOIN = """
SELECT count(*), sum(l.ordered_qty * l.unit_price), sum(a.credit_limit), sum(s.on_hand_qty),
       sum(p.unit_price), sum(g.weight_kg), count(c.tier)
FROM main.order_lines AS l
JOIN main.orders AS o USING (order_id)
LEFT JOIN main.customers AS c USING (customer_id)
LEFT JOIN main.credit_accounts AS a ON a.customer_id = o.customer_id
LEFT JOIN main.stock AS s ON s.sku = l.sku AND s.site_id = o.site_id
LEFT JOIN main.prices AS p ON p.sku = l.sku
LEFT JOIN main.products AS g ON g.sku = l.sku
"""


@dataclass(frozen=True)
class Bench:
    """A snapshot, its moment, the rules, and how often a measurement is repeated."""

    snapshot: Clocked
    as_of: datetime
    repeats: int
    rules: Rules

    @classmethod
    def of(cls, snapshot: Clocked, as_of: datetime, repeats: int) -> Bench:
        """A bench with the shipped rules."""
        return cls(snapshot, as_of, repeats, load_rules())

    def seconds(self, run: Callable[[], object]) -> list[float]:
        """Seconds of every repetition, sorted."""
        return seconds(run, self.repeats, self.snapshot.clock)


def one_order(bench: Bench, order_id: str) -> list[str]:
    """One order against its evidence: the queries alone, and with the making of the rows."""
    read = bench.seconds(
        lambda: stages.gather(bench.snapshot, [order_id], bench.as_of, bench.rules)
    )
    whole, queries = with_queries(
        bench.snapshot,
        lambda: list(stages.review(bench.snapshot, [order_id], bench.as_of, bench.rules)),
        bench.repeats,
    )
    return [
        shown(f"{order_id}: evidence queries", queries),
        shown(f"{order_id}: evidence with its rows", read),
        shown(f"{order_id}: review", whole),
        f"ratio {whole[0] / queries[0]:.2f} x the queries; {whole[0] / read[0]:.2f} x the evidence",
    ]


def largest_cell(bench: Bench, order_id: str) -> list[str]:
    """The queue of the stock cell with the most open lines among the cells of an order."""
    book = stages.gather(bench.snapshot, [order_id], bench.as_of, bench.rules)
    order = book.by("orders", order_id=order_id)[0]
    case = Case(book, order)
    cells = {(site_of(book, line), str(line["sku"])) for line in case.lines}
    sizes = {cell: len(stocked_lines(book, cell[1]).get(cell[0], [])) for cell in cells}
    site, sku = max(sizes, key=lambda cell: (sizes[cell], cell))

    def queue() -> None:
        fresh = Book(book.as_of, book.snapshot_id, book.conventions, book.rows, book.states)
        queue_of(fresh, str(site), sku, case.today)

    taken = bench.seconds(queue)
    return [shown(f"queue of {sku} at {site}, {sizes[site, sku]:,} open lines", taken)]


def batch(bench: Bench, held: Sequence[str]) -> list[str]:
    """Many orders in one process, as sets."""
    few = bench.repeats // 3
    whole, queries = with_queries(
        bench.snapshot,
        lambda: spent(stages.review(bench.snapshot, held, bench.as_of, bench.rules)),
        few,
    )
    return [
        shown(f"evidence queries of {len(held):,} orders", queries),
        f"{'evidence queries an order':<46}{queries[0] * 1000 / len(held):>10.3f}",
        shown(f"review of {len(held):,} orders", whole),
        f"ratio {whole[0] / queries[0]:.2f} x; {len(held) / whole[0]:,.0f} packets a second and "
        "process",
    ]


def detection(bench: Bench, held: Sequence[str]) -> list[str]:
    """All eight classes of a set without packets, against a bare join of the whole book."""
    join = bench.seconds(lambda: bench.snapshot.select(BARE_JOIN, {}))
    found = seconds(
        lambda: spent(stages.detect(bench.snapshot, held, bench.as_of, bench.rules)),
        bench.repeats // 3,
        bench.snapshot.clock,
    )
    return [
        shown("bare join of lines, orders, stock, prices, ...", join),
        shown(f"detection of {len(held):,} orders", found),
        f"ratio {found[0] / join[0]:.0f} x the join of the whole book; "
        f"{len(held) / found[0]:,.0f} orders a second and process",
    ]
