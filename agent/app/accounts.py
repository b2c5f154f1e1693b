"""The functions behind `account` and `token`: who may sign in, and what programs may do."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.app.desk_place import desk_place
from agent.app.home import Home, open_home
from agent.app.output import emit_json, say, say_line, table
from agent.app.service.rights import SCOPES
from agent.desk.account_models import Token
from agent.desk.accounts import accounts, disable, set_password
from agent.desk.sessions import add_token, revoke_token, tokens
from agent.desk.store import Desk
from policies.owner import roles_of
from tools.errors import BadInput
from tools.evidence import look_up
from tools.rows import make_row


def _now() -> datetime:
    return datetime.now(UTC)


def _desk(home: Home) -> Desk:
    if not home.path.exists():
        raise BadInput(f"{home.path} is no home; load data into it first: holddesk load DIR")
    return desk_place(home.path).open()


def _roles(home: Home, user_id: str) -> list[str]:
    """The roles that the staff table gives the user today.

    Raises:
        BadInput: the staff table does not know the user: nobody else could do anything.
    """
    for record in look_up(home.snapshot(), "staff_accounts", home.as_of(None)):
        if record["user_id"] == user_id:
            return sorted(roles_of(make_row("staff", (user_id,), record)))
    raise BadInput(f"{user_id} is not on the staff table; add the person there and load again")


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was made up here."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        from getpass import getpass

        typed = getpass("password (empty: one is made up): ")
        if typed:
            if getpass("again: ") != typed:
                raise BadInput("the two passwords differ; nothing was changed")
            return typed, False
    return secrets.token_urlsafe(15), True


def add_account(where: Path, user_id: str, from_stdin: bool, json: bool) -> None:
    """Add an account for somebody on the staff table, or give it a new password."""
    home = open_home(where)
    roles = _roles(home, user_id)
    password, made_up = _password(from_stdin)
    new = set_password(_desk(home), user_id, password, _now())
    if json:
        body = {"user_id": user_id, "roles": roles, "new": new}
        emit_json({**body, "password": password} if made_up else body)
        return
    what = "added" if new else "has a new password"
    say(f"account {user_id} {what}; roles today: {', '.join(roles) or 'none'}")
    if made_up:
        say_line(f"password: {password}")
        say("it is shown this once")


def list_accounts(where: Path, json: bool) -> None:
    """List the accounts."""
    with _desk(open_home(where)).read() as session:
        rows = [
            {"user_id": one.user_id, "created_at": one.created_at.isoformat(),
             "disabled": one.disabled_at is not None}
            for one in accounts(session)
        ]  # fmt: skip
    if json:
        emit_json({"accounts": rows})
        return
    shown = [(r["user_id"], r["created_at"], "disabled" if r["disabled"] else "") for r in rows]
    say(table("", ("user", "since", ""), shown) if rows else "no account yet: holddesk account add")


def disable_account(where: Path, user_id: str, json: bool) -> None:
    """Nobody signs in with the account any more."""
    disable(_desk(open_home(where)), user_id, _now())
    if json:
        emit_json({"user_id": user_id, "disabled": True})
        return
    say(f"account {user_id} is disabled")


def add_api_token(where: Path, user_id: str, scopes: Sequence[str], days: int, json: bool) -> None:
    """Make a token of the API for somebody on the staff table."""
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong:
        raise BadInput(f"{wrong[0]} is no scope; use some of {', '.join(SCOPES)}")
    home = open_home(where)
    _roles(home, user_id)
    given = list(scopes) or ["read"]
    now = _now()
    token_id, secret = add_token(_desk(home), user_id, given, timedelta(days=days), now)
    ends = (now + timedelta(days=days)).isoformat(timespec="minutes")
    if json:
        emit_json({"token_id": token_id, "token": secret, "scopes": given, "expires_at": ends})
        return
    say(f"token {token_id} of {user_id} for {', '.join(given)}, until {ends}; shown this once:")
    say_line(secret)


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "ended" if token.expires_at <= now else "valid"


def list_tokens(where: Path, json: bool) -> None:
    """List the tokens; their secrets cannot be shown again."""
    now = _now()
    with _desk(open_home(where)).read() as session:
        rows = [
            {"token_id": one.token_id, "user_id": one.user_id, "scopes": one.scopes,
             "expires_at": one.expires_at.isoformat(timespec="minutes"),
             "state": _state(one, now)}
            for one in tokens(session)
        ]  # fmt: skip
    if json:
        emit_json({"tokens": rows})
        return
    shown = [
        (r["token_id"], r["user_id"], ", ".join(r["scopes"]), r["expires_at"], r["state"])
        for r in rows
    ]
    columns = ("token", "user", "scopes", "ends", "state")
    say(table("", columns, shown) if rows else "no token yet: holddesk token add USER")


def revoke_api_token(where: Path, token_id: str, json: bool) -> None:
    """A token is worth nothing any more."""
    revoke_token(_desk(open_home(where)), token_id, _now())
    if json:
        emit_json({"token_id": token_id, "revoked": True})
        return
    say(f"token {token_id} is revoked")
