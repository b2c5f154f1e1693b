"""The order in which the book is filled: plans first, then what follows from them."""

from __future__ import annotations

from seeds.generator import (
    approvals,
    company,
    compliance,
    customers,
    history,
    notes,
    orders,
    past,
    people,
    prices,
    products,
    receivables,
    routes,
    security,
    stock,
    stories,
    versions,
)
from seeds.generator.model import Book


def build() -> Book:
    """The demo company, the same on every call."""
    book = Book()
    for no in range(orders.FIRST, orders.LAST + 1):
        story = stories.ALL.get(no)
        order = stories.plan_story(story) if story else orders.plan_ordinary(book, no)
        book.orders[order.order_id] = order
    approvals.set_versions(book)
    orders.add_charges(book)
    past.plan_past(book)
    notes.set_remarks(book)
    for fill in (
        company.add_depots, company.add_rates, people.add_people, customers.add_customers,
        products.add_products, prices.add_prices, orders.add_orders, stock.add_stock,
        stock.add_reservations, stock.add_supplies, routes.add_routes,
        receivables.add_receivables, security.add_securities, security.add_claims,
        compliance.add_compliance, approvals.add_approvals, past.add_past_prices,
        history.add_history,
        stories.add_holds, notes.add_notes, versions.add_versions, company.add_freshness,
    ):  # fmt: skip
        fill(book)
    return book
