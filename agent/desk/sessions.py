"""Sessions of the console and tokens of the API: random secrets, of which only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from agent.desk import audit
from agent.desk.account_models import SignIn, Token
from agent.desk.store import Desk
from tools.errors import BadInput, NotFound

IDLE = timedelta(minutes=30)
"""A session that is not used for so long is over."""
LONGEST = timedelta(hours=10)
"""A session is over after this time however much it is used."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept; a write at every request would cost more than it tells."""
TOKEN_PREFIX = "hd_"  # noqa: S105 - what tokens begin with, so that leaked ones are found
LONGEST_TOKEN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as its owner gets it, once."""

    secret: str
    csrf: str


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(
    desk: Desk, user_id: str, method: str, now: datetime, replaces: str | None = None
) -> Opened:
    """Start a session; the one that it replaces ends, and so do all that ran out.

    Args:
        desk: the store.
        user_id: who signed in.
        method: how: password, persona or oidc.
        now: the real time, also in a demo home.
        replaces: the secret of the session before.
    """
    opened = Opened(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    with desk.write() as session:
        session.execute(delete(SignIn).where(SignIn.started_at < now - LONGEST))
        session.execute(delete(SignIn).where(SignIn.secret_hash == _hash(replaces or "")))
        session.add(
            SignIn(
                secret_hash=_hash(opened.secret), user_id=user_id, method=method,
                csrf=opened.csrf, started_at=now, seen_at=now,
            )
        )  # fmt: skip
        audit.append(
            desk, session, audit.Event("signin", user_id, "human", body={"method": method})
        )
    return opened


def session_of(desk: Desk, secret: str, now: datetime) -> SignIn | None:
    """The session of a secret, unless it ran out."""
    with desk.read() as session:
        found = session.get(SignIn, _hash(secret))
    if found is None or now - found.seen_at > IDLE or now - found.started_at > LONGEST:
        return None
    if now - found.seen_at > SEEN_EVERY:
        with desk.write() as session:
            session.execute(
                update(SignIn).where(SignIn.secret_hash == found.secret_hash).values(seen_at=now)
            )
    return found


def end_session(desk: Desk, secret: str) -> None:
    """Sign out."""
    with desk.write() as session:
        session.execute(delete(SignIn).where(SignIn.secret_hash == _hash(secret)))


def add_token(
    desk: Desk, user_id: str, scopes: Sequence[str], valid: timedelta, now: datetime
) -> tuple[str, str]:
    """A new token of the API.

    Returns:
        Its id and its secret; the secret cannot be shown again.

    Raises:
        BadInput: it would be valid for no time, or for more than a year.
    """
    if not timedelta(0) < valid <= LONGEST_TOKEN:
        raise BadInput(f"a token is valid for 1 to {LONGEST_TOKEN.days} days")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token_id = f"T-{secrets.token_hex(6)}"
    with desk.write() as session:
        session.add(
            Token(
                token_id=token_id, secret_hash=_hash(secret), user_id=user_id,
                scopes=sorted(scopes), created_at=now, expires_at=now + valid,
            )
        )  # fmt: skip
        session.flush()
        body = {"token_id": token_id, "user_id": user_id, "scopes": sorted(scopes)}
        audit.append(desk, session, audit.Event("token.added", body=body))
    return token_id, secret


def token_of(desk: Desk, secret: str, now: datetime) -> Token | None:
    """The token of a secret, unless it ran out or was revoked."""
    with desk.read() as session:
        found = session.scalars(select(Token).where(Token.secret_hash == _hash(secret))).first()
    if found is None or found.revoked_at is not None or now >= found.expires_at:
        return None
    if found.used_at is None or now - found.used_at > SEEN_EVERY:
        with desk.write() as session:
            session.execute(
                update(Token).where(Token.token_id == found.token_id).values(used_at=now)
            )
    return found


def revoke_token(desk: Desk, token_id: str, now: datetime) -> None:
    """A token is worth nothing any more.

    Raises:
        NotFound: there is no such token.
    """
    with desk.write() as session:
        found = session.get(Token, token_id)
        if found is None:
            raise NotFound(f"there is no token {token_id}; see holddesk token list")
        found.revoked_at = found.revoked_at or now
        audit.append(desk, session, audit.Event("token.revoked", body={"token_id": token_id}))


def tokens(session: Session) -> list[Token]:
    """Every token, the newest first."""
    return list(session.scalars(select(Token).order_by(Token.created_at.desc())))
