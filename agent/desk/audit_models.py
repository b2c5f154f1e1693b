"""The tables of the audit: its rows, its counter, the pseudonyms in it, and its anchors."""

from __future__ import annotations

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from agent.desk.models import Base


class Audit(Base):
    """One event; every column but the hash itself is hashed, together with the previous hash."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("prev"), UniqueConstraint("hash"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[str]
    hash: Mapped[str]
    at: Mapped[str]
    """UTC, ISO 8601, by the clock of the database."""
    event: Mapped[str]
    actor: Mapped[str]
    """The pseudonym of a person; `desk`, `agent` or another name of the system's own."""
    actor_kind: Mapped[str]
    case_id: Mapped[str]
    packet_id: Mapped[str]
    order_id: Mapped[str] = mapped_column(index=True)
    fingerprint: Mapped[str]
    policy_version: Mapped[str]
    verdict: Mapped[str]
    rules: Mapped[str]
    """Rule ids, comma separated."""
    body: Mapped[str]
    """Canonical JSON."""
    schema: Mapped[int] = mapped_column(server_default="1")
    """Which columns are hashed, and how: see `audit_rows`."""
    chain: Mapped[str] = mapped_column(server_default="")
    """The chain that the row belongs to: a row of another company's desk does not fit in."""
    company_id: Mapped[str] = mapped_column(server_default="")
    decision_id: Mapped[str] = mapped_column(server_default="")
    reason_code: Mapped[str] = mapped_column(server_default="")
    context: Mapped[str] = mapped_column(server_default="")
    """Canonical JSON with every key of `audit_rows.CONTEXT`."""


class Chain(Base):
    """The newest link, locked while a row is appended: writers queue here."""

    __tablename__ = "chain"

    name: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
    chain_id: Mapped[str] = mapped_column(server_default="")


class Pseudonym(Base):
    """Who a pseudonym of the audit stands for; removed when the person is erased.

    A pseudonym is the keyed hash of the account or person under a salt of its own: without the
    row nobody can find out whom it names, and with it nobody can say that it names another.
    """

    __tablename__ = "pseudonyms"
    __table_args__ = (UniqueConstraint("subject"),)

    pseudonym: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    """An account or a person id, as the staff table has it."""
    person: Mapped[str] = mapped_column(server_default="", index=True)
    """The person behind an account, where an event named both."""
    salt: Mapped[str]


class Erased(Base):
    """A pseudonym whose person was erased; what the desk's own rows name them by from then on."""

    __tablename__ = "erased"

    pseudonym: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    """The row of the audit that records it."""


class Anchor(Base):
    """Where the chain begins after rows older than the retention were archived and cut."""

    __tablename__ = "anchors"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The last row that was cut."""
    hash: Mapped[str]
    body: Mapped[str]
    """The signed anchor, as it also stands outside the database."""


class RuleBook(Base):
    """The rules of a policy version, kept so that a decision can be performed again."""

    __tablename__ = "rule_books"

    policy_version: Mapped[str] = mapped_column(primary_key=True)
    rules_hash: Mapped[str]
    code_hash: Mapped[str]
    rules: Mapped[str]
    """The settings as validated, JSON."""
