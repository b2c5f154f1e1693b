"""The rules that packets were judged by, kept by policy version so that they can be used again."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.audit_models import RuleBook
from agent.desk.store import Desk
from policies.settings import Rules, rules_hash
from policies.version import code_hash, policy_version
from tools.errors import NotFound, Unavailable


def keep(desk: Desk, rules: Rules) -> None:
    """Keep the rules in force, once; the audit says when they came into force here."""
    version = policy_version(rules)
    with desk.read() as session:
        if session.get(RuleBook, version) is not None:
            return
    with desk.write() as session:
        if session.get(RuleBook, version, with_for_update=True) is not None:
            return
        held = {"rules_hash": rules_hash(rules), "code_hash": code_hash()}
        event = audit.Event("policy.in_force", policy_version=version, body=dict(held))
        audit.append(desk, session, event)  # first: the chain's lock lets one writer at a time in
        if session.scalar(select(RuleBook).where(RuleBook.policy_version == version)) is None:
            text = rules.model_dump_json()
            session.add(RuleBook(policy_version=version, rules=text, **held))


def stored(session: Session, version: str) -> tuple[Rules, str]:
    """The rules of a policy version, and the hash of the code that they were used by.

    Raises:
        NotFound: no rules are kept of that version.
        Unavailable: they were changed after they were kept.
    """
    book = session.get(RuleBook, version)
    if book is None:
        raise NotFound(f"no rules are kept of policy version {version}")
    if hashlib.sha256(book.rules.encode()).hexdigest() != book.rules_hash:
        raise Unavailable(f"the rules kept of policy version {version} were changed: not used")
    return Rules.model_validate_json(book.rules), book.code_hash
