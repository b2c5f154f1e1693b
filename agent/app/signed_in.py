"""Who acts on the command line outside a demo home: the person of an API token."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from agent.app.desk_place import desk_place
from tools.errors import Denied

TOKEN = "HOLDDESK_TOKEN"  # noqa: S105 - the name of the variable
"""The environment variable that holds the token: a command line shows in the list of processes."""
SCOPE = "decide"


def account_of(home: Path, secret: str) -> str:
    """The account behind a token that may decide.

    Raises:
        Denied: the token ran out, was revoked, is not known, or was made for less.
    """
    from agent.desk.sessions import token_of

    place = desk_place(home)
    found = token_of(place.open(), secret.strip(), datetime.now(UTC)) if place.exists else None
    if found is None:
        raise Denied(
            f"the token in {TOKEN} is not known, ran out or was revoked; make one with "
            f"holddesk token add USER --scope {SCOPE}",
            ("sign-in",),
        )
    if SCOPE not in found.scopes:
        scopes = ", ".join(found.scopes) or "nothing"
        raise Denied(
            f"the token in {TOKEN} is for {scopes}; to act it needs the scope {SCOPE}",
            ("sign-in",),
        )
    return str(found.user_id)
