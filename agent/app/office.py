"""What the commands of hand-off work with: a home, its desk, its sources, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agent.app.desk_place import desk_place
from agent.app.handoff_settings import HandoffSettings, load_handoff
from agent.app.home import Home, open_home
from agent.app.people import person_of
from agent.app.standing import Now, Sources
from agent.desk import effects, outbox
from agent.desk.effects import Acting
from agent.desk.outbox_models import Outbox
from agent.desk.store import Desk
from agent.review import stages
from policies.guard import Guard, Person, shipped
from tools.book import Case
from tools.errors import BadInput, NotFound
from tools.rows import Row


@dataclass(frozen=True)
class Office:
    """A home with its desk, for what leaves it."""

    home: Home
    desk: Desk
    settings: HandoffSettings
    guard: Guard

    @cached_property
    def sources(self) -> Sources:
        """The tables that orders are judged by."""
        return Sources(self.home)

    def acting(self, user: str | None, order_id: str) -> tuple[Acting, Now]:
        """Who acts on an order, and the order as it is now."""
        account = self.home.acting(user)
        now = self.sources.look(order_id)
        person = now.person(account)
        return Acting(person, self.guard, self.sources.policy_version, now.current), now

    def person_in(self, user: str | None, company_id: str) -> Person:
        """Who acts for a company, where no order is meant.

        Raises:
            NotFound: no order and no account belongs to the company.
        """
        account = self.home.acting(user)
        rules, as_of = self.home.rules(), self.home.as_of(None)
        book = stages.gather(self.home.snapshot(), [], as_of, rules, company_id)
        known = {row.text("company_id") for row in book.all("staff")}
        if company_id not in known:
            names = ", ".join(sorted(name for name in known if name))
            raise NotFound(f"no company {company_id}: nobody on the staff table; known: {names}")
        nowhere = Row("orders", "orders/", {"company_id": company_id, "site_id": None})
        return person_of(Case(book, nowhere), account, rules.approval.policy_currency)

    def instruction(self, named: str) -> Outbox:
        """The instruction that a person means: by its id, decision, request, packet or order.

        Raises:
            NotFound: there is none.
        """
        with self.desk.read() as session:
            rows = outbox.all_of(session)
        same = [
            row for row in rows if named in (row.outbox_id, row.decision_id, row.effect_id)
        ] or [row for row in rows if named.upper() in (row.packet_id.upper(), row.order_id.upper())]
        if not same:
            raise NotFound(f"nothing was handed on for {named}; see holddesk handoff list")
        return same[-1]

    def roles_of(self, row: Outbox) -> set[str]:
        """Roles that approved what an instruction carries."""
        with self.desk.read() as session:
            return effects.signed_by(session, row)[1]


def open_office(where: Path) -> Office:
    """Open the desk of a home for hand-off.

    Raises:
        BadInput: it has no desk yet.
    """
    home = open_home(where)
    place = desk_place(home.path)
    if not place.exists:
        raise BadInput(f"{home.path} has no desk yet; run holddesk work or holddesk demo")
    pinned = home.pinned
    clock = (lambda _: pinned) if pinned is not None else None
    return Office(home, place.open(clock), load_handoff(home.path), shipped())
