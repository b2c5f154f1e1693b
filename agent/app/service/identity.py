"""Who asks: a session of the console or a token of the API, and the rights that routes declare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import Request

from agent.app.service.office import Office
from agent.app.service.rights import ROLES_WITH, Right, has_right
from agent.desk.sessions import session_of, token_of
from policies.guard import Person
from policies.owner import roles_of
from policies.views import view_of
from tools.errors import Denied, HolddeskError
from tools.view import View

COOKIE = "holddesk"
SECURE_COOKIE = "__Host-holddesk"


class SignInNeeded(HolddeskError):
    """Nobody is signed in, or the session or token ran out."""

    code = "sign_in_needed"
    exit_code = 1
    http_status = 401


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who signed in, with the roles that the staff table gives today."""

    user_id: str
    name: str
    roles: frozenset[str]
    company_id: str
    method: str
    csrf: str = ""
    scopes: frozenset[str] | None = None
    """Of a token; None: a session, which is not limited further."""
    reference: str = ""
    """Names the session or token in the audit, and is no secret."""
    request_id: str = ""

    @property
    def auth(self) -> str:
        """How this person was known, as the audit says it."""
        return {"persona": "demo", "password": "session"}.get(self.method, self.method)

    @property
    def view(self) -> View:
        """Which columns, and the orders of which companies, this person sees."""
        return _view(self.user_id, self.roles, self.company_id)

    def covers(self, company_id: object) -> bool:
        """Whether orders of a company are shown to this person."""
        return self.view.covers(str(company_id or ""))

    def has(self, right: Right) -> bool:
        """Whether role and scopes give a right."""
        if self.scopes is not None and right is not Right.SIGNED_IN and right not in self.scopes:
            return False
        return has_right(self.roles, right)


@lru_cache(maxsize=1024)
def _view(user_id: str, roles: frozenset[str], company_id: str) -> View:
    return view_of(Person(user_id, user_id, roles, company_id))


NOBODY = Who("", "", frozenset(), "", "")


def office_of(request: Request) -> Office:
    """The office that this application serves."""
    office: Office = request.app.state.office
    return office


def _who(office: Office, user_id: str, method: str, **more: Any) -> Who:
    row = office.staff(user_id)
    if row is None:
        return Who(user_id, user_id, frozenset(), "", method, **more)
    return Who(
        user_id, row.text("name") or user_id, roles_of(row), row.text("company_id") or "", method,
        **more,
    )  # fmt: skip


def from_token(request: Request) -> Who:
    """Who calls the API.

    Raises:
        SignInNeeded: there is no bearer token, or it is worth nothing.
    """
    office = office_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    found = (
        token_of(office.desk, secret.strip(), office.now()) if kind.lower() == "bearer" else None
    )
    if found is None:
        raise SignInNeeded(
            "send Authorization: Bearer TOKEN; make a token with holddesk token add USER"
        )
    return _who(office, found.user_id, "token", scopes=frozenset(found.scopes),
                reference=found.token_id, request_id=request.state.request_id)  # fmt: skip


def from_session(request: Request) -> Who:
    """Who uses the console.

    Raises:
        SignInNeeded: nobody signed in, or the session ran out.
    """
    office = office_of(request)
    secret = request.cookies.get(cookie_name(request), "")
    found = session_of(office.desk, secret, office.now()) if secret else None
    if found is None or (found.method == "persona" and not office.home.demo):
        raise SignInNeeded("sign in to go on")
    return _who(
        office, found.user_id, found.method, csrf=found.csrf,
        reference=found.secret_hash[:12], request_id=request.state.request_id,
    )  # fmt: skip


def cookie_name(request: Request) -> str:
    """The name of the session's cookie: bound to host and https where the service has https."""
    return SECURE_COOKIE if request.app.state.origin.startswith("https:") else COOKIE


class Needs:
    """A dependency that lets only those through who have a right; every route has exactly one."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def __call__(self, request: Request) -> Who:
        """Who asks, if they may."""
        if self.right is Right.PUBLIC:
            return NOBODY
        who = self.find(request)
        request.state.user_id = who.user_id
        if not who.has(self.right):
            raise Denied(_why_not(who, self.right), (f"route-{self.right.value}",))
        return who

    def find(self, request: Request) -> Who:
        """Who asks."""
        return from_token(request)


class PageNeeds(Needs):
    """The same for a page of the console: by session instead of token."""

    def find(self, request: Request) -> Who:
        """Who asks."""
        return from_session(request)


def _why_not(who: Who, right: Right) -> str:
    could = ", ".join(sorted(ROLES_WITH.get(right, ()))) or "nobody"
    if not who.roles:
        return f"{who.user_id} has no role today; {right.value} needs one of {could}"
    if who.scopes is not None and right.value not in who.scopes:
        return f"this token has no scope {right.value}; make another with holddesk token add"
    return f"{who.user_id} may not do this: {right.value} needs one of the roles {could}"
