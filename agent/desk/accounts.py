"""Accounts: who may sign in with a password, and what a wrong one costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.account_models import Account
from agent.desk.store import Desk
from tools.errors import BadInput, Denied, NotFound

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
FAILURES = 5
"""Wrong passwords in a row after which an account is locked for a while."""
LOCKED_FOR = timedelta(minutes=15)
WRONG = "the user or the password is wrong"
_hasher = PasswordHasher()


def set_password(desk: Desk, user_id: str, password: str, now: datetime) -> bool:
    """Add an account, or give one a new password; its sessions stay until they end.

    Returns:
        Whether the account is new.

    Raises:
        BadInput: no user, or a password that is too short or too long.
    """
    if not user_id.strip() or not user_id.isprintable():
        raise BadInput("name the user of the account, as the staff table has it")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInput(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    hashed = _hasher.hash(password)
    with desk.write() as session:
        found = session.get(Account, user_id)
        if found is None:
            session.add(Account(user_id=user_id, password_hash=hashed, created_at=now, failures=0))
        else:
            found.password_hash, found.failures, found.locked_until = hashed, 0, None
            found.disabled_at = None
        session.flush()
        told = "account.added" if found is None else "account.password"
        audit.append(desk, session, audit.Event(told, body={"user_id": user_id}))
    return found is None


def disable(desk: Desk, user_id: str, now: datetime) -> None:
    """Nobody signs in with this account any more.

    Raises:
        NotFound: there is no such account.
    """
    with desk.write() as session:
        found = session.get(Account, user_id)
        if found is None:
            raise NotFound(f"there is no account {user_id}; see holddesk account list")
        found.disabled_at = now
        audit.append(desk, session, audit.Event("account.disabled", body={"user_id": user_id}))


def accounts(session: Session) -> list[Account]:
    """Every account, by user."""
    return list(session.scalars(select(Account).order_by(Account.user_id)))


def check_password(desk: Desk, user_id: str, password: str, now: datetime) -> None:
    """Check a password; unknown users take as long as known ones.

    Raises:
        Denied: it is wrong, or the account is locked or disabled. The sentence does not say
            which of user and password is wrong.
    """
    with desk.read() as session:
        known = session.get(Account, user_id)
    right = _verifies(known.password_hash if known else _nobody(), password[:LONGEST_PASSWORD])
    if known is None:
        raise Denied(WRONG, ("sign-in",))
    with desk.write() as session:
        why = _judge(session, user_id, right, now)
        if why:
            event = audit.Event(
                "signin.refused", user_id, "human", verdict="deny", rules=("sign-in",)
            )
            audit.append(desk, session, event)
    if why:
        raise Denied(why, ("sign-in",))


def _judge(session: Session, user_id: str, right: bool, now: datetime) -> str:
    """Why the sign-in is refused, or an empty text; counts failures."""
    found = session.get(Account, user_id, with_for_update=True)
    if found is None or found.disabled_at is not None:
        return WRONG
    if found.locked_until is not None and now < found.locked_until:
        return f"too many wrong passwords; try again in {LOCKED_FOR.seconds // 60} minutes"
    found.failures = 0 if right else found.failures + 1
    found.locked_until = now + LOCKED_FOR if found.failures >= FAILURES else None
    if found.locked_until is not None:
        found.failures = 0
    return "" if right else WRONG


def _verifies(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
